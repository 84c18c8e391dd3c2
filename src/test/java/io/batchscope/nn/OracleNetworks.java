package io.batchscope.nn;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small Deeplearning4j networks around the layers that a test is about. */
final class OracleNetworks {
    static final int CLASSES = 3;

    private OracleNetworks() {}

    /** The layers, then a softmax. */
    static MultiLayerConfiguration classifier(InputType input, Layer... layers) {
        return sequence(input, softmax(), layers);
    }

    static MultiLayerConfiguration sequence(InputType input, Layer output, Layer... layers) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(1).list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        return list.layer(output).setInputType(input).build();
    }

    static OutputLayer softmax() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }

    static GraphBuilder graph(InputType input) {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("input")
                .setInputTypes(input);
    }

    static InputType images(int channels, int height, int width) {
        return InputType.convolutional(height, width, channels);
    }

    static Oracle images(String name, int channels, int height, int width, int rows, Layer... layers) {
        return Oracle.of(
                name,
                classifier(images(channels, height, width), layers),
                List.of(channels, height, width),
                CLASSES,
                rows);
    }

    static Oracle rows(String name, int features, int rows, Layer... layers) {
        return Oracle.of(name, classifier(InputType.feedForward(features), layers), List.of(features), CLASSES, rows);
    }
}
