package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The oracle is Deeplearning4j's own path, which no helper touches. */
class OneDnnHelpersTest {
    private static final int HEIGHT = 11;
    private static final int WIDTH = 9;

    @BeforeAll
    static void onlyWithANativeLibraryThatHasOneDnn() {
        NativeThreads.limit();
        assumeThat(OneDnnHelpers.areBuiltIn()).isTrue();
    }

    /** A layer to be tried; {@code channels} of its input. */
    private record Case(String name, int channels, CNN2DFormat format, Layer layer) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> convolutions() {
        List<Case> cases = new ArrayList<>();
        for (CNN2DFormat format : CNN2DFormat.values()) {
            for (int[] kernel : new int[][] {{1, 1}, {3, 3}, {5, 5}, {2, 2}, {3, 2}}) {
                for (int stride : new int[] {1, 2}) {
                    for (int padding : new int[] {0, 1}) {
                        cases.add(convolution(format, ConvolutionMode.Truncate, kernel, stride, padding, 3, 16));
                    }
                    cases.add(convolution(format, ConvolutionMode.Same, kernel, stride, 0, 3, 16));
                }
            }
            cases.add(convolution(format, ConvolutionMode.Strict, new int[] {3, 3}, 2, 1, 3, 4));
            cases.add(convolution(format, ConvolutionMode.Truncate, new int[] {5, 5}, 1, 0, 1, 1));
            cases.add(convolution(format, ConvolutionMode.Truncate, new int[] {3, 3}, 1, 1, 16, 32));
        }
        return cases.stream();
    }

    private static Case convolution(
            CNN2DFormat format,
            ConvolutionMode mode,
            int[] kernel,
            int stride,
            int padding,
            int channels,
            int outputs) {
        boolean bias = padding == 0;
        String name = String.format(
                "%s %s %d×%d stride %d padding %d, %d to %d channels%s",
                format, mode, kernel[0], kernel[1], stride, padding, channels, outputs, bias ? "" : " without bias");
        return new Case(
                name,
                channels,
                format,
                new ConvolutionLayer.Builder(kernel)
                        .stride(stride, stride)
                        .padding(padding, padding)
                        .nOut(outputs)
                        .convolutionMode(mode)
                        .dataFormat(format)
                        .hasBias(bias)
                        .build());
    }

    static Stream<Case> poolings() {
        List<Case> cases = new ArrayList<>();
        for (CNN2DFormat format : CNN2DFormat.values()) {
            for (PoolingType kind : List.of(PoolingType.MAX, PoolingType.AVG)) {
                for (int[] kernel : new int[][] {{2, 2}, {3, 3}, {3, 2}}) {
                    for (int stride : new int[] {1, 2}) {
                        for (int padding : new int[] {0, 1}) {
                            cases.add(pooling(format, ConvolutionMode.Truncate, kind, kernel, stride, padding));
                        }
                        cases.add(pooling(format, ConvolutionMode.Same, kind, kernel, stride, 0));
                    }
                }
                cases.add(pooling(format, ConvolutionMode.Strict, kind, new int[] {3, 3}, 2, 1));
            }
        }
        return cases.stream();
    }

    private static Case pooling(
            CNN2DFormat format, ConvolutionMode mode, PoolingType kind, int[] kernel, int stride, int padding) {
        String name = String.format(
                "%s %s %s %d×%d stride %d padding %d", format, mode, kind, kernel[0], kernel[1], stride, padding);
        return new Case(
                name,
                3,
                format,
                new SubsamplingLayer.Builder(kind)
                        .kernelSize(kernel)
                        .stride(stride, stride)
                        .padding(padding, padding)
                        .convolutionMode(mode)
                        .dataFormat(format)
                        .build());
    }

    static Stream<Case> normalizations() {
        List<Case> cases = new ArrayList<>();
        for (CNN2DFormat format : CNN2DFormat.values()) {
            for (boolean logDeviation : new boolean[] {true, false}) {
                cases.add(new Case(
                        format + (logDeviation ? " log deviation" : " variance"),
                        5,
                        format,
                        new BatchNormalization.Builder()
                                .useLogStd(logDeviation)
                                .dataFormat(format)
                                .build()));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource({"convolutions", "poolings", "normalizations"})
    void computeWhatDeeplearning4jComputesWithoutThem(Case tried) throws Exception {
        Network plain = sequence(tried, DataType.FLOAT);
        Network helped = sequence(tried, DataType.FLOAT);
        OneDnnHelpers.enable(helped);

        assertAgree(plain, helped, tried.format(), tried.channels());
        assertThat(plain.layers().get(1).getHelper()).isNull();
        assertUsed(helped.layers().get(0));
        assertUsed(helped.layers().get(1));
    }

    @Test
    void normalizeFlatActivations() throws Exception {
        Case tried = new Case("flat", 3, CNN2DFormat.NCHW, new BatchNormalization.Builder().build());
        Network plain = sequence(tried, new DenseLayer.Builder().nOut(6).build(), DataType.FLOAT);
        Network helped = sequence(tried, new DenseLayer.Builder().nOut(6).build(), DataType.FLOAT);
        OneDnnHelpers.enable(helped);

        assertAgree(plain, helped, CNN2DFormat.NCHW, 3);
        assertUsed(helped.layers().get(1));
    }

    @Test
    void workInAResidualGraph() throws Exception {
        Network plain = residual();
        Network helped = residual();
        OneDnnHelpers.enable(helped);

        assertAgree(plain, helped, CNN2DFormat.NCHW, 3);
        assertUsed(helped.layers().get(0));
        assertUsed(helped.layers().get(1));
        assertUsed(helped.layers().get(2));
    }

    @Test
    void reachIntoFrozenLayers() throws Exception {
        Case tried = new Case(
                "frozen",
                3,
                CNN2DFormat.NCHW,
                new FrozenLayerWithBackprop(
                        new ConvolutionLayer.Builder(3, 3).nIn(3).nOut(4).build()));
        Network plain = sequence(tried, DataType.FLOAT);
        Network helped = sequence(tried, DataType.FLOAT);
        OneDnnHelpers.enable(helped);

        assertAgree(plain, helped, CNN2DFormat.NCHW, 3);
        assertUsed(((BaseWrapperLayer) helped.layers().get(1)).getUnderlying());
    }

    static Stream<Layer> unsuitable() {
        return Stream.of(
                new ConvolutionLayer.Builder(3, 3).dilation(2, 2).nOut(4).build(),
                new ConvolutionLayer.Builder(3, 3)
                        .nOut(4)
                        .weightNoise(new DropConnect(0.5))
                        .build(),
                new SubsamplingLayer.Builder(PoolingType.PNORM)
                        .kernelSize(2, 2)
                        .pnorm(2)
                        .build(),
                new BatchNormalization.Builder().lockGammaBeta(true).build());
    }

    @ParameterizedTest
    @MethodSource("unsuitable")
    void stayAwayFromWhatTheyCannotDo(Layer layer) {
        Network network = sequence(new Case("unsuitable", 3, CNN2DFormat.NCHW, layer), DataType.FLOAT);
        OneDnnHelpers.enable(network);

        assertThat(network.layers().get(0).getHelper()).isNotNull();
        assertThat(network.layers().get(1).getHelper()).isNull();
    }

    @Test
    void stayAwayFromDoublePrecision() {
        Layer layer = new ConvolutionLayer.Builder(3, 3).nOut(4).build();
        Network network = sequence(new Case("double", 3, CNN2DFormat.NCHW, layer), DataType.DOUBLE);
        OneDnnHelpers.enable(network);

        assertThat(network.layers().get(0).getHelper()).isNull();
    }

    /** A 1×1 convolution stands in front, so that the gradient by the tried layer's input shows in a parameter's. */
    private static Network sequence(Case tried, DataType type) {
        ConvolutionLayer first = new ConvolutionLayer.Builder(1, 1)
                .nOut(tried.channels())
                .dataFormat(tried.format())
                .build();
        return sequence(tried, first, type);
    }

    private static Network sequence(Case tried, Layer first, DataType type) {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(type)
                .activation(Activation.TANH)
                .list()
                .layer(first)
                .layer(tried.layer())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(3)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.convolutional(HEIGHT, WIDTH, tried.channels(), tried.format()))
                .build();
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return new Network.Sequential(network);
    }

    private static Network residual() {
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(3)
                .activation(Activation.TANH)
                .convolutionMode(ConvolutionMode.Same)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "in")
                .addLayer("b", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "a")
                .addLayer("normal", new BatchNormalization.Builder().build(), "b")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "normal")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nOut(3)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "sum")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(HEIGHT, WIDTH, 3))
                .build();
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return new Network.Graph(network);
    }

    private static void assertAgree(Network plain, Network helped, CNN2DFormat format, int channels) {
        helped.parameters().assign(plain.parameters());
        Nd4j.getRandom().setSeed(5);
        // The second batch is smaller: what a helper keeps from the first must not matter.
        for (int examples : new int[] {4, 3}) {
            INDArray input = format == CNN2DFormat.NCHW
                    ? Nd4j.randn(DataType.FLOAT, examples, channels, HEIGHT, WIDTH)
                    : Nd4j.randn(DataType.FLOAT, examples, HEIGHT, WIDTH, channels);
            INDArray labels = Nd4j.randn(DataType.FLOAT, examples, 3);
            assertThat(distance(helped.output(input), plain.output(input))).isLessThan(1e-5);
            plain.backpropagate(input, labels);
            helped.backpropagate(input, labels);
            assertThat(distance(helped.gradient(), plain.gradient())).isLessThan(1e-5);
        }
    }

    /** ‖a − b‖ / ‖b‖. */
    private static double distance(INDArray a, INDArray b) {
        assertThat(b.norm2Number().doubleValue()).isPositive();
        return a.sub(b).norm2Number().doubleValue() / b.norm2Number().doubleValue();
    }

    /** Where a helper throws, Deeplearning4j counts, and goes its own way. */
    private static void assertUsed(org.deeplearning4j.nn.api.Layer layer) throws ReflectiveOperationException {
        assertThat(layer.getHelper()).isNotNull();
        Field failures = layer.getClass().getDeclaredField("helperCountFail");
        failures.setAccessible(true);
        assertThat(failures.getInt(layer)).isZero();
    }
}
