package io.batchscope.nn;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.activations.Activation;

/**
 * The residual network for small images of He et al. 2016 (Deep residual learning, section 4.2) with n = 1, so 6n + 2 = 8
 * layers: a 3×3 convolution to 16 channels, three stages of one block with 16, 32 and 64 channels, global average pooling,
 * the output. The second and third stage halve the sides; their shortcut is a 1×1 convolution of stride 2 with batch
 * normalization (their option B). Convolutions before a normalization have no bias.
 */
final class ResidualNetwork {
    /** The last stage then has sides of 2. */
    static final int LEAST_SIDE = 8;

    private static final int[] CHANNELS = {16, 32, 64};

    private final GraphBuilder graph;
    private final Activation activation;

    private ResidualNetwork(GraphBuilder graph, Activation activation) {
        this.graph = graph;
        this.activation = activation;
    }

    /**
     * As Deeplearning4j describes it; it takes the images as rows.
     *
     * @param shape of one example: channels, height, width
     * @param activation after every normalization, or after the sum where there is one
     */
    static ComputationGraphConfiguration configuration(List<Integer> shape, OutputLayer output, Activation activation) {
        GraphBuilder graph = ModelCatalog.defaults()
                .graphBuilder()
                .addInputs("images")
                .setInputTypes(InputType.convolutionalFlat(shape.get(1), shape.get(2), shape.get(0)));
        String last = new ResidualNetwork(graph, activation).stages();
        return graph.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), last)
                .addLayer("output", output, "pool")
                .setOutputs("output")
                .build();
    }

    /** All but pooling and output; returns the last name. */
    private String stages() {
        String last = activated("stem", normalized("stem", "images", 3, 1, CHANNELS[0]));
        for (int stage = 0; stage < CHANNELS.length; stage++) {
            last = block("stage" + (stage + 1), last, stage == 0 ? 1 : 2, CHANNELS[stage]);
        }
        return last;
    }

    private String block(String name, String input, int stride, int channels) {
        String first = activated(name + "-1", normalized(name + "-1", input, 3, stride, channels));
        String second = normalized(name + "-2", first, 3, 1, channels);
        String shortcut = stride == 1 ? input : normalized(name + "-shortcut", input, 1, stride, channels);
        graph.addVertex(name + "-add", new ElementWiseVertex(ElementWiseVertex.Op.Add), second, shortcut);
        return activated(name + "-2", name + "-add");
    }

    /** Convolution that keeps the side (divides it by the stride), then batch normalization; returns the last name. */
    private String normalized(String name, String input, int kernel, int stride, int channels) {
        ConvolutionLayer convolution = new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .padding(kernel / 2, kernel / 2)
                .convolutionMode(ConvolutionMode.Truncate)
                .nOut(channels)
                .hasBias(false)
                .weightInit(ModelCatalog.initialization(activation))
                .activation(Activation.IDENTITY)
                .build();
        graph.addLayer(name + "-conv", convolution, input)
                .addLayer(name + "-norm", new BatchNormalization.Builder().build(), name + "-conv");
        return name + "-norm";
    }

    private String activated(String name, String input) {
        graph.addLayer(name + "-activation", new ActivationLayer(activation), input);
        return name + "-activation";
    }
}
