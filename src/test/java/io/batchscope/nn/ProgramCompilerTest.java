package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.classifier;
import static io.batchscope.nn.OracleNetworks.graph;
import static io.batchscope.nn.OracleNetworks.images;
import static io.batchscope.nn.OracleNetworks.rows;
import static io.batchscope.nn.OracleNetworks.sequence;
import static io.batchscope.nn.OracleNetworks.softmax;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import io.batchscope.train.StartParameters;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class ProgramCompilerTest {
    static Stream<Arguments> refused() {
        return Stream.of(
                refusal(onRows(dense().hasLayerNorm(true).build()), "layer 'layer0' (DenseLayer): layer normalization"),
                refusal(
                        onRows(dense().weightNoise(new DropConnect(0.5)).build()),
                        "layer 'layer0' (DenseLayer): weight noise"),
                refusal(
                        onRows(dense().dropOut(new GaussianDropout(0.5)).build()),
                        "layer 'layer0' (DenseLayer): GaussianDropout is not a kind of dropout that the fused replica knows"),
                refusal(
                        onRows(new DropoutLayer.Builder(new org.deeplearning4j.nn.conf.dropout.Dropout(
                                        new ExponentialSchedule(ScheduleType.EPOCH, 0.5, 0.9)))
                                .build()),
                        "layer 'layer0' (DropoutLayer): dropout with a schedule"),
                refusal(
                        onRows(dense().activation(Activation.RELU6).build()),
                        "layer 'layer0' (DenseLayer): the activation function relu6 is not one that the fused replica"
                                + " knows"),
                refusal(
                        onRows(dense().activation(new ActivationELU(0.5)).build()),
                        "layer 'layer0' (DenseLayer): elu with alpha 0.5, not 1"),
                refusal(
                        onRows(new FrozenLayer(dense().nIn(4).build())),
                        "layer 'layer0' (FrozenLayer): not a kind that the fused replica knows"),
                refusal(
                        onImages(new DepthwiseConvolution2D.Builder(3, 3).build()),
                        "layer 'layer0' (DepthwiseConvolution2D): not a kind that the fused replica knows"),
                refusal(
                        onImages(new LocalResponseNormalization()),
                        "layer 'layer0' (LocalResponseNormalization): not a kind that the fused replica knows"),
                refusal(
                        onImages(new GlobalPoolingLayer(PoolingType.PNORM)),
                        "layer 'layer0' (GlobalPoolingLayer): the pooling type PNORM is not one that the fused replica"
                                + " knows"),
                refusal(
                        onImages(new SubsamplingLayer.Builder(2, 2)
                                .dilation(2, 2)
                                .build()),
                        "layer 'layer0' (SubsamplingLayer): pooling with a dilation"),
                refusal(
                        onImages(new ZeroPaddingLayer(1, 1), new SubsamplingLayer.Builder(2, 2).build()),
                        "layer 'layer1' (SubsamplingLayer): follows a ZeroPaddingLayer, but only a convolution can"),
                refusal(
                        onRows(new BatchNormalization.Builder()
                                .lockGammaBeta(true)
                                .gamma(2)
                                .build()),
                        "layer 'layer0' (BatchNormalization): locked gamma 2.0 and beta 0.0, which Deeplearning4j"
                                + " applies in part"));
    }

    static Stream<Arguments> refusedOutputs() {
        return Stream.of(
                refusal(
                        withOutput(new OutputLayer.Builder(LossFunction.XENT)
                                .nOut(CLASSES)
                                .activation(Activation.SIGMOID)
                                .build()),
                        "layer 'layer0' (OutputLayer): LossBinaryXENT() after sigmoid, but for classes the fused"
                                + " replica knows cross-entropy after softmax"),
                refusal(
                        withOutput(new OutputLayer.Builder(new LossMCXENT(Nd4j.createFromArray(1f, 2f, 3f)))
                                .nOut(CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build()),
                        "layer 'layer0' (OutputLayer): classes with weights"),
                refusal(
                        withOutput(new OutputLayer.Builder(LossFunction.L2)
                                        .nOut(1)
                                        .activation(Activation.IDENTITY)
                                        .build())
                                .regression(),
                        "layer 'layer0' (OutputLayer): LossL2(), but for numbers the fused replica knows the mean"
                                + " squared error"));
    }

    static Stream<Arguments> refusedGraphs() {
        return Stream.of(
                refusal(
                        Oracle.of(
                                "merged",
                                graph(InputType.feedForward(4))
                                        .addLayer("a", dense().build(), "input")
                                        .addLayer("b", dense().build(), "input")
                                        .addVertex("both", new MergeVertex(), "a", "b")
                                        .addLayer("output", softmax(), "both")
                                        .setOutputs("output")
                                        .build(),
                                List.of(4),
                                CLASSES,
                                2),
                        "vertex 'both' (MergeVertex): not a layer or a sum, which is what the fused replica knows"),
                refusal(
                        Oracle.of(
                                "difference",
                                graph(InputType.feedForward(4))
                                        .addLayer("a", dense().build(), "input")
                                        .addLayer("b", dense().build(), "input")
                                        .addVertex(
                                                "less", new ElementWiseVertex(ElementWiseVertex.Op.Subtract), "a", "b")
                                        .addLayer("output", softmax(), "less")
                                        .setOutputs("output")
                                        .build(),
                                List.of(4),
                                CLASSES,
                                2),
                        "vertex 'less' (ElementWiseVertex): not a layer or a sum, which is what the fused replica knows"),
                refusal(
                        Oracle.of(
                                "loose end",
                                graph(InputType.feedForward(4))
                                        .addLayer("a", dense().build(), "input")
                                        .addLayer("b", dense().build(), "input")
                                        .addLayer("output", softmax(), "a")
                                        .setOutputs("output")
                                        .allowDisconnected(true)
                                        .build(),
                                List.of(4),
                                CLASSES,
                                2),
                        "vertex 'b': nothing takes its result"));
    }

    @ParameterizedTest
    @MethodSource({"refused", "refusedOutputs", "refusedGraphs"})
    void saysWhyANetworkIsNotCompiled(Oracle oracle, String reason) {
        assertThat(oracle.compilation()).isEqualTo(new Compilation.NotCompiled(reason));
    }

    @Test
    void refusesImagesWithTheChannelsLast() {
        Oracle oracle = Oracle.of(
                "channels last",
                classifier(
                        InputType.convolutional(6, 6, 2, CNN2DFormat.NHWC),
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(2)
                                .dataFormat(CNN2DFormat.NHWC)
                                .build()),
                List.of(6, 6, 2),
                CLASSES,
                2);
        assertThat(oracle.compilation())
                .isEqualTo(new Compilation.NotCompiled(
                        "layer 'layer0' (ConvolutionLayer): images with the channels last (NHWC)"));
    }

    @Test
    void compilesTheCatalogueToWhatItSays() {
        Model model = Models.load(new Catalog("cnn", List.of(), "relu"), List.of(1, 28, 28), Task.CLASSIFICATION, 10);
        Program program = ((Compilation.Compiled) model.compilation()).program();
        assertThat(program.inputShape()).containsExactly(1, 28, 28);
        assertThat(program.operations())
                .extracting(operation -> operation.getClass().getSimpleName())
                .containsExactly(
                        "Convolution",
                        "Activation",
                        "Pooling",
                        "Convolution",
                        "Activation",
                        "Pooling",
                        "Flatten",
                        "Dense",
                        "Activation",
                        "Dense");
        assertThat(program.shapes().get(6)).containsExactly(64, 4, 4);
        assertThat(program.outputs()).isEqualTo(10);
        assertThat((long) program.parameterCount()).isEqualTo(model.facts().parameterCount());
        assertThat(program.isRandom()).isFalse();
    }

    /** Deeplearning4j infers the sizes between layers from the settings alone; the program must have all of them. */
    @Test
    void shapesAreThoseThatDeeplearning4jInfers() {
        for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
            for (int stride = 1; stride <= 3; stride++) {
                MultiLayerConfiguration network = classifier(
                        images(2, 17, 14),
                        new ConvolutionLayer.Builder(3, 2)
                                .nOut(4)
                                .stride(stride, 1)
                                .convolutionMode(mode)
                                .build(),
                        new BatchNormalization(),
                        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                                .kernelSize(2, 3)
                                .stride(1, stride)
                                .convolutionMode(mode)
                                .build(),
                        dense().build());
                Program program = Oracle.of("shapes", network, List.of(2, 17, 14), CLASSES, 1)
                        .program();
                List<List<Integer>> inferred = network.getLayerActivationTypes(images(2, 17, 14)).stream()
                        .map(type -> batchless(type.getShape()))
                        .toList();
                assertThat(program.shapes()).as(mode + ", stride " + stride).containsAll(inferred);
                assertThat(program.shapes()).element(1).isEqualTo(inferred.get(0));
            }
        }
    }

    private static List<Integer> batchless(long[] shape) {
        List<Integer> sizes = new ArrayList<>();
        for (long size : shape) {
            sizes.add(Math.toIntExact(size));
        }
        return sizes;
    }

    @Test
    void programAndStartTravel() throws Exception {
        Model model = Models.load(new Catalog("mlp", List.of(5), "tanh"), List.of(4), Task.CLASSIFICATION, CLASSES);
        Program program = ((Compilation.Compiled) model.compilation()).program();
        assertThat(copy(program)).isEqualTo(program);
        StartParameters start = copy(model.start());
        float[] general = new float[program.parameterCount()];
        model.replicas().create(7, 2).readParameters(general);
        assertThat(start.of(7)).isEqualTo(general);
        assertThat(start.of(8)).isNotEqualTo(general);
    }

    @Test
    void savedParametersAreTakenAsTheyAre() {
        ModelSource drawn = new ModelSource(
                false, classifier(InputType.feedForward(4), dense().build()).toJson(), null);
        float[] saved = new NetworkStart(drawn).of(3);
        StartParameters start =
                new NetworkStart(new ModelSource(false, drawn.json(), new io.batchscope.train.Parameters(saved)));
        float[] taken = start.of(99);
        assertThat(taken).isEqualTo(saved);
        taken[0]++;
        assertThat(start.of(99)).isEqualTo(saved);
    }

    @Test
    void dropoutThatKeepsAllIsLeftOut() {
        assertThat(rows("kept", 4, 2, dense().dropOut(1).build()).program().operations())
                .noneMatch(Operation.Dropout.class::isInstance);
    }

    @SuppressWarnings("unchecked")
    private static <T> T copy(T value) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }

    private static Arguments refusal(Oracle oracle, String reason) {
        return Arguments.of(oracle, reason);
    }

    private static Oracle onRows(Layer layer) {
        return rows("rows", 4, 2, layer);
    }

    private static Oracle onImages(Layer... layers) {
        return images("images", 2, 6, 6, 2, layers);
    }

    private static Oracle withOutput(Layer output) {
        return Oracle.of("output", sequence(InputType.feedForward(4), output), List.of(4), CLASSES, 2);
    }

    private static DenseLayer.Builder dense() {
        return new DenseLayer.Builder().nOut(4).activation(Activation.TANH);
    }
}
