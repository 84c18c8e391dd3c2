package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.images;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/** Pooling after a convolution, whose gradient shows where derivatives go. */
class PoolingOracleTest {
    private static final List<SubsamplingLayer.PoolingType> TYPES =
            List.of(SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG);

    static Stream<Oracle> windows() {
        List<Oracle> oracles = new ArrayList<>();
        for (SubsamplingLayer.PoolingType type : TYPES) {
            for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
                for (int kernel : new int[] {2, 3, 4}) {
                    for (int stride : new int[] {1, 2, 3}) {
                        int paddings = mode == ConvolutionMode.Same ? 1 : kernel;
                        for (int padding = 0; padding < Math.min(paddings, 3); padding++) {
                            oracles.add(pooled(
                                    type + ", " + mode + ", kernel " + kernel + ", stride " + stride + ", padding "
                                            + padding,
                                    3,
                                    2,
                                    pooling(type, kernel, stride, mode)
                                            .padding(padding, padding)
                                            .build()));
                        }
                    }
                }
            }
        }
        return oracles.stream();
    }

    static Stream<Oracle> sizes() {
        return TYPES.stream()
                .flatMap(type -> Stream.concat(
                        IntStream.of(1, 7, 16, 17, 20)
                                .mapToObj(channels -> pooled(
                                        type + ", " + channels + " channels",
                                        channels,
                                        2,
                                        pooling(type, 2, 2, ConvolutionMode.Truncate)
                                                .build())),
                        IntStream.of(1, 2, 5, 32)
                                .mapToObj(rows -> pooled(
                                        type + ", batch",
                                        6,
                                        rows,
                                        pooling(type, 3, 2, ConvolutionMode.Same)
                                                .build()))));
    }

    static Stream<Oracle> special() {
        return Stream.of(
                pooled(
                        "average, padding in the divisor",
                        3,
                        2,
                        pooling(SubsamplingLayer.PoolingType.AVG, 3, 2, ConvolutionMode.Truncate)
                                .padding(1, 1)
                                .avgPoolIncludePadInDivisor(true)
                                .build()),
                pooled(
                        "average, padding of the mode Same in the divisor",
                        3,
                        2,
                        pooling(SubsamplingLayer.PoolingType.AVG, 2, 2, ConvolutionMode.Same)
                                .avgPoolIncludePadInDivisor(true)
                                .build()),
                pooled(
                        "maximum, kernel 1 by 3, stride 2 by 1",
                        3,
                        2,
                        pooling(SubsamplingLayer.PoolingType.MAX, 1, 1, ConvolutionMode.Truncate)
                                .kernelSize(1, 3)
                                .stride(2, 1)
                                .build()),
                pooled("global maximum", 5, 3, new GlobalPoolingLayer.Builder(PoolingType.MAX).build()),
                pooled("global average", 5, 3, new GlobalPoolingLayer.Builder(PoolingType.AVG).build()),
                pooled(
                        "global average that stays an image",
                        5,
                        3,
                        new GlobalPoolingLayer.Builder(PoolingType.AVG)
                                .collapseDimensions(false)
                                .build(),
                        new ConvolutionLayer.Builder(1, 1)
                                .nOut(4)
                                .activation(Activation.TANH)
                                .build()));
    }

    @ParameterizedTest
    @MethodSource({"windows", "sizes", "special"})
    void agrees(Oracle oracle) {
        oracle.assertAgreement();
    }

    private static Oracle pooled(String name, int channels, int rows, Layer... pooling) {
        List<Layer> layers = new ArrayList<>();
        layers.add(new ConvolutionLayer.Builder(2, 2)
                .nOut(channels)
                .activation(Activation.IDENTITY)
                .build());
        layers.addAll(List.of(pooling));
        layers.add(new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build());
        return images(name, 2, 10, 9, rows, layers.toArray(Layer[]::new));
    }

    private static SubsamplingLayer.Builder pooling(
            SubsamplingLayer.PoolingType type, int kernel, int stride, ConvolutionMode mode) {
        return new SubsamplingLayer.Builder(type)
                .kernelSize(kernel, kernel)
                .stride(stride, stride)
                .convolutionMode(mode);
    }
}
