package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.images;
import static io.batchscope.nn.OracleNetworks.rows;

import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/** Batch normalization in training and with running statistics, and what it asks for them. */
class NormalizationOracleTest {
    private static BatchNormalization.Builder normalization() {
        return new BatchNormalization.Builder();
    }

    static Stream<Oracle> variants() {
        Map<String, BatchNormalization> variants = Map.of(
                "as it comes", normalization().build(),
                "variance itself", normalization().useLogStd(false).build(),
                "decay 0.5, epsilon 0.01", normalization().decay(0.5).eps(0.01).build(),
                "locked", normalization().lockGammaBeta(true).build(),
                "locked to others",
                        normalization().lockGammaBeta(true).gamma(1.5).beta(0.5).build(),
                "not minibatch", normalization().minibatch(false).build(),
                "an activation function that is not applied",
                        normalization().activation(Activation.TANH).build(),
                "dropout that is not applied", normalization().dropOut(0.5).build());
        return variants.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(variant -> Stream.of(
                        rows("rows, " + variant.getKey(), 6, 8, dense(10), variant.getValue(), dense(4)),
                        images(
                                "images, " + variant.getKey(),
                                2,
                                7,
                                5,
                                4,
                                convolution(6),
                                variant.getValue(),
                                convolution(3))));
    }

    static Stream<Oracle> sizes() {
        return Stream.of(
                // Of two rows a normalization makes ±1 whatever they were, so that only rounding would come back
                // through
                // a second one.
                rows("rows", 6, 2, normalization().build(), dense(17)),
                rows(
                        "rows",
                        6,
                        5,
                        normalization().build(),
                        dense(17),
                        normalization().build()),
                rows(
                        "rows",
                        6,
                        32,
                        normalization().build(),
                        dense(17),
                        normalization().build()),
                images(
                        "images",
                        3,
                        7,
                        5,
                        1,
                        normalization().build(),
                        convolution(17),
                        normalization().build()),
                images(
                        "images",
                        3,
                        7,
                        5,
                        2,
                        normalization().build(),
                        convolution(16),
                        normalization().build()),
                images(
                        "images",
                        3,
                        7,
                        5,
                        32,
                        normalization().build(),
                        convolution(20),
                        normalization().build()));
    }

    @ParameterizedTest
    @MethodSource({"variants", "sizes"})
    void agrees(Oracle oracle) {
        oracle.assertAgreement();
    }

    private static Layer dense(int width) {
        return new DenseLayer.Builder().nOut(width).activation(Activation.TANH).build();
    }

    private static Layer convolution(int channels) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(channels)
                .activation(Activation.IDENTITY)
                .build();
    }
}
