package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.rows;
import static io.batchscope.nn.OracleNetworks.sequence;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Dense layers, activation functions and losses. */
class DenseOracleTest {
    private static final List<IActivation> FUNCTIONS = List.of(
            new ActivationIdentity(),
            new ActivationReLU(),
            new ActivationReLU(null, null, 0.2),
            new ActivationLReLU(),
            new ActivationLReLU(0.3),
            new ActivationTanH(),
            new ActivationSigmoid(),
            new ActivationELU(),
            new ActivationSoftPlus(),
            new ActivationSwish());

    static Stream<Oracle> activationFunctions() {
        return FUNCTIONS.stream()
                .flatMap(function -> Stream.of(
                        rows("dense " + function, 7, 5, dense(20, function, true), dense(6, function, false)),
                        rows(
                                "activation layer " + function,
                                7,
                                5,
                                dense(20, new ActivationIdentity(), true),
                                new ActivationLayer(function),
                                dense(6, new ActivationTanH(), true))));
    }

    static Stream<Oracle> sizes() {
        return Stream.of(1, 2, 5, 32).flatMap(batch -> IntStream.of(1, 3, 16, 17, 200)
                .mapToObj(width -> rows(
                        "dense " + width,
                        width,
                        batch,
                        dense(width, new ActivationTanH(), true),
                        dense(5, new ActivationReLU(), true))));
    }

    static Stream<Oracle> losses() {
        return Stream.of(1, 2, 5, 32)
                .flatMap(batch -> Stream.of(
                        rows("softmax regression", 9, batch),
                        classifier(
                                "cross-entropy without a bias",
                                batch,
                                output(LossFunction.MCXENT, Activation.SOFTMAX, CLASSES, false)),
                        classifier(
                                "negative log likelihood",
                                batch,
                                output(LossFunction.NEGATIVELOGLIKELIHOOD, Activation.SOFTMAX, CLASSES, true)),
                        classifier(
                                "loss layer",
                                batch,
                                new LossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                dense(CLASSES, new ActivationIdentity(), true)),
                        classifier("linear regression", batch, output(LossFunction.MSE, Activation.IDENTITY, 1, true))
                                .regression(),
                        classifier(
                                        "regression",
                                        batch,
                                        output(LossFunction.MSE, Activation.IDENTITY, 1, true),
                                        dense(11, new ActivationTanH(), true))
                                .regression(),
                        classifier(
                                        "regression of a tanh",
                                        batch,
                                        output(LossFunction.MSE, Activation.TANH, 1, false),
                                        dense(11, new ActivationReLU(), true))
                                .regression()));
    }

    @ParameterizedTest
    @MethodSource({"activationFunctions", "sizes", "losses"})
    void agrees(Oracle oracle) {
        oracle.assertAgreement();
    }

    static Stream<IActivation> functionsWithASlopeAtZero() {
        return FUNCTIONS.stream().filter(function -> !isRectifier(function));
    }

    static Stream<IActivation> rectifiers() {
        return FUNCTIONS.stream().filter(DenseOracleTest::isRectifier);
    }

    private static boolean isRectifier(IActivation function) {
        return function instanceof ActivationReLU || function instanceof ActivationLReLU;
    }

    @ParameterizedTest
    @MethodSource("functionsWithASlopeAtZero")
    void agreesAtZero(IActivation function) {
        Oracle oracle = atZero(function);
        oracle.assertAgreement(startOfZeros(oracle));
    }

    /** Any slope between α and 1 is a subgradient there; Deeplearning4j takes 1, programs take α. */
    @ParameterizedTest
    @MethodSource("rectifiers")
    void rectifiersAtZeroHaveTheSlopeOfTheirNegativeSide(IActivation function) {
        Oracle oracle = atZero(function);
        oracle.assertFusedLikeReference(startOfZeros(oracle));
    }

    private static Oracle atZero(IActivation function) {
        return rows("at zero", 4, 4, dense(5, function, true));
    }

    private static float[] startOfZeros(Oracle oracle) {
        float[] start = new NetworkStart(oracle.source()).of(1);
        // W (4 · 5) and b (5) of the dense layer.
        Arrays.fill(start, 0, 25, 0f);
        return start;
    }

    private static Oracle classifier(String name, int batch, Layer output, Layer... layers) {
        MultiLayerConfiguration network = sequence(InputType.feedForward(9), output, layers);
        return Oracle.of(name, network, List.of(9), CLASSES, batch);
    }

    private static OutputLayer output(LossFunction loss, Activation activation, int outputs, boolean bias) {
        return new OutputLayer.Builder(loss)
                .nOut(outputs)
                .activation(activation)
                .hasBias(bias)
                .build();
    }

    private static DenseLayer dense(int width, IActivation activation, boolean bias) {
        return new DenseLayer.Builder()
                .nOut(width)
                .activation(activation)
                .hasBias(bias)
                .build();
    }
}
