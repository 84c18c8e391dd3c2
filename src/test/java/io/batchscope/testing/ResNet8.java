package io.batchscope.testing;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The residual network for 32×32 images of He et al. 2016 (Deep residual learning, section 4.2) with n = 1, so 6n + 2 = 8
 * layers: a 3×3 convolution to 16 channels, three stages of one block with 16, 32 and 64 channels, global average
 * pooling, softmax over 10 classes. Where the shape changes the shortcut is a 1×1 convolution of stride 2 with batch
 * normalization (their option B). Convolutions before a normalization have no bias.
 */
public final class ResNet8 {
    public static final int CLASSES = 10;

    private static final int[] CHANNELS = {16, 32, 64};

    private ResNet8() {}

    /** As Deeplearning4j describes it: input {@code [examples, 3, 32, 32]}, output {@code [examples, 10]}. */
    public static ComputationGraphConfiguration configuration() {
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .seed(0)
                .weightInit(WeightInit.RELU)
                .graphBuilder()
                .addInputs("images")
                .setInputTypes(InputType.convolutional(32, 32, 3));
        String last = relu(graph, "stem", normalized(graph, "stem", "images", 3, 1, CHANNELS[0]));
        for (int stage = 0; stage < CHANNELS.length; stage++) {
            last = block(graph, "stage" + (stage + 1), last, stage == 0 ? 1 : 2, CHANNELS[stage]);
        }
        return graph.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), last)
                .addLayer(
                        "output",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "pool")
                .setOutputs("output")
                .build();
    }

    private static String block(GraphBuilder graph, String name, String input, int stride, int channels) {
        String first = relu(graph, name + "-1", normalized(graph, name + "-1", input, 3, stride, channels));
        String second = normalized(graph, name + "-2", first, 3, 1, channels);
        String shortcut = stride == 1 ? input : normalized(graph, name + "-shortcut", input, 1, stride, channels);
        graph.addVertex(name + "-add", new ElementWiseVertex(ElementWiseVertex.Op.Add), second, shortcut);
        return relu(graph, name + "-2", name + "-add");
    }

    /** Convolution that keeps the side (divides it by the stride), then batch normalization; returns the last name. */
    private static String normalized(
            GraphBuilder graph, String name, String input, int kernel, int stride, int channels) {
        ConvolutionLayer convolution = new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .padding(kernel / 2, kernel / 2)
                .convolutionMode(ConvolutionMode.Truncate)
                .nOut(channels)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build();
        graph.addLayer(name + "-conv", convolution, input)
                .addLayer(name + "-norm", new BatchNormalization.Builder().build(), name + "-conv");
        return name + "-norm";
    }

    private static String relu(GraphBuilder graph, String name, String input) {
        graph.addLayer(name + "-relu", new ActivationLayer(Activation.RELU), input);
        return name + "-relu";
    }
}
