package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.graph;
import static io.batchscope.nn.OracleNetworks.softmax;

import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/** Residual graphs: values that several operations take, sums, shortcuts; the catalogue's resnet8. */
class GraphOracleTest {
    static Stream<Oracle> graphs() {
        return Stream.of(1, 2, 5)
                .flatMap(rows -> Stream.of(
                        Oracle.of("sums of rows", sumsOfRows(), List.of(6), CLASSES, rows),
                        Oracle.of("the input as images, twice", twice(), List.of(50), CLASSES, rows),
                        Oracle.of("identity shortcut", shortcut(1), List.of(2, 7, 6), CLASSES, rows),
                        Oracle.of("projection shortcut", shortcut(2), List.of(2, 7, 6), CLASSES, rows)));
    }

    static Stream<Oracle> residualNetworks() {
        return Stream.of(2, 8)
                .map(rows -> new Oracle(
                        "resnet8", resNet8().source(), List.of(3 * 32 * 32), Task.CLASSIFICATION, CLASSES, rows));
    }

    @ParameterizedTest
    @MethodSource({"graphs", "residualNetworks"})
    void agrees(Oracle oracle) {
        oracle.assertAgreement();
    }

    private static ImportedModel resNet8() {
        return ModelCatalog.model(
                new Catalog("resnet8", List.of(), "relu"), List.of(3, 32, 32), Task.CLASSIFICATION, CLASSES);
    }

    private static ComputationGraphConfiguration sumsOfRows() {
        return graph(InputType.feedForward(6))
                .addLayer("left", dense(9, Activation.TANH), "input")
                .addLayer("right", dense(9, Activation.RELU), "input")
                .addLayer("far", dense(9, Activation.SIGMOID), "left")
                .addVertex("three", new ElementWiseVertex(ElementWiseVertex.Op.Add), "left", "right", "far")
                .addVertex("twice", new ElementWiseVertex(ElementWiseVertex.Op.Add), "three", "left")
                .addLayer("output", softmax(), "twice")
                .setOutputs("output")
                .build();
    }

    private static ComputationGraphConfiguration twice() {
        return graph(InputType.convolutionalFlat(5, 5, 2))
                .addLayer("small", convolution(4, 1, 1, Activation.TANH), "input")
                .addLayer("large", convolution(4, 3, 1, Activation.RELU), "input")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "small", "large")
                .addLayer("output", softmax(), "sum")
                .setOutputs("output")
                .build();
    }

    private static ComputationGraphConfiguration shortcut(int stride) {
        GraphBuilder graph =
                graph(OracleNetworks.images(2, 7, 6)).addLayer("start", convolution(5, 3, 1, Activation.RELU), "input");
        String end = block(graph, "block", "start", 5, stride);
        return graph.addLayer("output", softmax(), end).setOutputs("output").build();
    }

    /** Two convolutions and a shortcut, which is a 1×1 convolution where the stride is not 1. */
    private static String block(GraphBuilder graph, String name, String input, int channels, int stride) {
        graph.addLayer(name + "-a", convolution(channels, 3, stride, Activation.IDENTITY), input)
                .addLayer(name + "-a-norm", new BatchNormalization(), name + "-a")
                .addLayer(name + "-a-relu", new ActivationLayer(Activation.RELU), name + "-a-norm")
                .addLayer(name + "-b", convolution(channels, 3, 1, Activation.IDENTITY), name + "-a-relu")
                .addLayer(name + "-b-norm", new BatchNormalization(), name + "-b");
        String shortcut = input;
        if (stride != 1) {
            graph.addLayer(name + "-project", convolution(channels, 1, stride, Activation.IDENTITY), input)
                    .addLayer(name + "-project-norm", new BatchNormalization(), name + "-project");
            shortcut = name + "-project-norm";
        }
        graph.addVertex(name + "-sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), name + "-b-norm", shortcut)
                .addLayer(name + "-relu", new ActivationLayer(Activation.RELU), name + "-sum");
        return name + "-relu";
    }

    private static Layer dense(int width, Activation activation) {
        return new DenseLayer.Builder().nOut(width).activation(activation).build();
    }

    private static Layer convolution(int channels, int kernel, int stride, Activation activation) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .nOut(channels)
                .stride(stride, stride)
                .convolutionMode(ConvolutionMode.Same)
                .activation(activation)
                .build();
    }
}
