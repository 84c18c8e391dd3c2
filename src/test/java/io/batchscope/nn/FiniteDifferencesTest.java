package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The general replica's gradients in double precision against the loss they are the gradients of. */
class FiniteDifferencesTest {
    private static final int EXAMPLES = 5;
    private static final int OUTPUTS = 3;
    private static final double STEP = 1e-5;
    private static final InputType IMAGES = InputType.convolutional(5, 4, 2);

    /** A network and what its examples are. */
    private record Case(String name, Network network, InputType input) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> everyKindOfLayer() {
        return Stream.of(
                flat("dense, softmax cross-entropy", LossFunction.MCXENT, Activation.SOFTMAX, dense(Activation.TANH)),
                flat("dense, mean squared error", LossFunction.MSE, Activation.IDENTITY, dense(Activation.SIGMOID)),
                flat("dense, rectified", LossFunction.MCXENT, Activation.SOFTMAX, dense(Activation.RELU)),
                flat(
                        "activation",
                        LossFunction.MCXENT,
                        Activation.SOFTMAX,
                        dense(Activation.IDENTITY),
                        new ActivationLayer(Activation.SOFTPLUS)),
                flat(
                        "batch normalization of rows",
                        LossFunction.MCXENT,
                        Activation.SOFTMAX,
                        dense(Activation.TANH),
                        new BatchNormalization()),
                images("convolution", convolution(3, 1, 0, ConvolutionMode.Truncate)),
                images("convolution, padded and strided", convolution(3, 2, 1, ConvolutionMode.Truncate)),
                images("convolution, same size", convolution(3, 1, 0, ConvolutionMode.Same)),
                images("convolution, even kernel", convolution(2, 1, 0, ConvolutionMode.Same)),
                images("maximum pooling", convolution(2, 1, 0, ConvolutionMode.Truncate), pooling(PoolingType.MAX)),
                images("average pooling", convolution(2, 1, 0, ConvolutionMode.Truncate), pooling(PoolingType.AVG)),
                images(
                        "batch normalization of maps",
                        convolution(3, 1, 0, ConvolutionMode.Truncate),
                        new BatchNormalization(),
                        new ActivationLayer(Activation.RELU)),
                residual());
    }

    private static Layer dense(Activation activation) {
        return new DenseLayer.Builder().nOut(5).activation(activation).build();
    }

    private static Layer convolution(int kernel, int stride, int padding, ConvolutionMode mode) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .padding(padding, padding)
                .convolutionMode(mode)
                .nOut(2)
                .activation(Activation.TANH)
                .build();
    }

    private static Layer pooling(PoolingType kind) {
        return new SubsamplingLayer.Builder(kind).kernelSize(2, 2).stride(2, 2).build();
    }

    private static Layer output(LossFunction loss, Activation activation) {
        return new OutputLayer.Builder(loss)
                .nOut(OUTPUTS)
                .activation(activation)
                .build();
    }

    private static Case flat(String name, LossFunction loss, Activation activation, Layer... layers) {
        InputType input = InputType.feedForward(4);
        return new Case(name, sequence(input, output(loss, activation), layers), input);
    }

    private static Case images(String name, Layer... layers) {
        Layer last = output(LossFunction.MCXENT, Activation.SOFTMAX);
        return new Case(name, sequence(IMAGES, last, layers), IMAGES);
    }

    private static Network sequence(InputType input, Layer last, Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = settings().list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        MultiLayerNetwork network =
                new MultiLayerNetwork(list.layer(last).setInputType(input).build());
        network.init();
        return new Network.Sequential(network);
    }

    private static NeuralNetConfiguration.Builder settings() {
        return new NeuralNetConfiguration.Builder().seed(7).dataType(DataType.DOUBLE);
    }

    /** A residual block as in ResNets: two normalised convolutions beside the identity, then a mean over each map. */
    private static Case residual() {
        ComputationGraph network = new ComputationGraph(settings()
                .graphBuilder()
                .addInputs("in")
                .addLayer("stem", convolution(3, 1, 0, ConvolutionMode.Same), "in")
                .addLayer("first", convolution(3, 1, 0, ConvolutionMode.Same), "stem")
                .addLayer("normal", new BatchNormalization(), "first")
                .addLayer("second", convolution(3, 1, 0, ConvolutionMode.Same), "normal")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "second", "stem")
                .addLayer("rectified", new ActivationLayer(Activation.RELU), "sum")
                .addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), "rectified")
                .addLayer("out", output(LossFunction.MCXENT, Activation.SOFTMAX), "mean")
                .setOutputs("out")
                .setInputTypes(IMAGES)
                .build());
        network.init();
        return new Case("residual block", new Network.Graph(network), IMAGES);
    }

    @ParameterizedTest
    @MethodSource("everyKindOfLayer")
    void areTheGradient(Case tried) {
        Network network = tried.network();
        OneDnnHelpers.enable(network);
        Nd4j.getRandom().setSeed(11);
        INDArray input = Nd4j.randn(DataType.DOUBLE, shape(tried.input()));
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, EXAMPLES, OUTPUTS);
        for (int row = 0; row < EXAMPLES; row++) {
            labels.putScalar(row, row % OUTPUTS, 1);
        }
        network.backpropagate(input, labels);
        double[] gradient = network.gradient().dup().data().asDouble();
        Dl4jReplica.held(network).forEach(range -> Arrays.fill(gradient, range.from(), range.to(), 0));

        double error = 0;
        double norm = 0;
        for (int i = 0; i < gradient.length; i++) {
            // The running statistics do not touch the loss of a training pass, so theirs is 0 as well.
            double difference = difference(network, i, input, labels);
            error += Math.pow(difference - gradient[i], 2);
            norm += Math.pow(difference, 2);
        }
        assertThat(norm).isPositive();
        assertThat(Math.sqrt(error / norm)).isLessThan(1e-7);
    }

    private static long[] shape(InputType input) {
        long[] example = input.getShape(false);
        return LongStream.concat(LongStream.of(EXAMPLES), LongStream.of(example))
                .toArray();
    }

    /** Central difference of the summed loss by parameter {@code i}. */
    private static double difference(Network network, int i, INDArray input, INDArray labels) {
        INDArray parameters = network.parameters();
        double value = parameters.getDouble(i);
        parameters.putScalar(i, value + STEP);
        double above = network.backpropagate(input, labels);
        parameters.putScalar(i, value - STEP);
        double below = network.backpropagate(input, labels);
        parameters.putScalar(i, value);
        return EXAMPLES * (above - below) / (2 * STEP);
    }
}
