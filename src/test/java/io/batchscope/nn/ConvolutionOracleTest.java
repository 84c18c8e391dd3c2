package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.images;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/** Convolutions of all shapes; most of the networks have two, so that derivatives by the image are tested too. */
class ConvolutionOracleTest {
    /** Without what Deeplearning4j refuses: strides of the mode Same that leap over rows, inexact fits of Strict. */
    static Stream<Oracle> windows() {
        List<Oracle> oracles = new ArrayList<>();
        for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Strict, ConvolutionMode.Truncate)) {
            for (int kernel : new int[] {1, 2, 3, 5}) {
                for (int stride : new int[] {1, 2, 3}) {
                    for (int padding = 0; padding < (mode == ConvolutionMode.Same ? 1 : 3); padding++) {
                        for (int dilation = 1; dilation <= (kernel == 1 ? 1 : 2); dilation++) {
                            int height = 11;
                            int width = 9 + stride;
                            int extent = (kernel - 1) * dilation + 1;
                            boolean fits = (height + 2 * padding - extent) % stride == 0
                                    && (width + 2 * padding - extent) % stride == 0;
                            boolean leaps = mode == ConvolutionMode.Same && stride > kernel + 1;
                            if ((mode != ConvolutionMode.Strict || fits) && !leaps) {
                                oracles.add(images(
                                        mode + ", kernel " + kernel + ", stride " + stride + ", padding " + padding
                                                + ", dilation " + dilation,
                                        2,
                                        height,
                                        width,
                                        2,
                                        convolution(3, 1, ConvolutionMode.Same).build(),
                                        convolution(4, kernel, mode)
                                                .stride(stride, stride)
                                                .padding(padding, padding)
                                                .dilation(dilation, dilation)
                                                .hasBias(padding != 1)
                                                .build()));
                            }
                        }
                    }
                }
            }
        }
        return oracles.stream();
    }

    static Stream<Oracle> channels() {
        return IntStream.of(1, 2, 3, 7, 8, 15, 16, 17, 20).boxed().flatMap(in -> IntStream.of(1, 5, 16, 20)
                .mapToObj(out -> images(
                        in + " to " + out + " channels",
                        in,
                        7,
                        6,
                        3,
                        convolution(in, 2, ConvolutionMode.Truncate).build(),
                        convolution(out, 3, ConvolutionMode.Same).build())));
    }

    static Stream<Oracle> batches() {
        return IntStream.of(1, 2, 5, 32)
                .mapToObj(rows -> images(
                        "batch",
                        3,
                        13,
                        9,
                        rows,
                        convolution(18, 3, ConvolutionMode.Same).build(),
                        convolution(6, 3, ConvolutionMode.Truncate).stride(2, 2).build()));
    }

    static Stream<Oracle> special() {
        return Stream.of(
                images(
                        "kernel 2 by 5, stride 1 by 2, dilation 3 by 1",
                        3,
                        9,
                        11,
                        2,
                        convolution(5, 1, ConvolutionMode.Same).build(),
                        convolution(5, 1, ConvolutionMode.Same)
                                .kernelSize(2, 5)
                                .stride(1, 2)
                                .dilation(3, 1)
                                .build()),
                images(
                        "padding 2 by 0",
                        3,
                        5,
                        8,
                        2,
                        convolution(5, 3, ConvolutionMode.Truncate)
                                .padding(2, 0)
                                .build()),
                images(
                        "zeros around the image",
                        2,
                        6,
                        7,
                        3,
                        convolution(4, 1, ConvolutionMode.Same).build(),
                        new ZeroPaddingLayer.Builder(1, 2, 3, 0).build(),
                        convolution(4, 3, ConvolutionMode.Truncate)
                                .padding(1, 1)
                                .build()),
                images(
                        "zeros around the image, and padding of the mode Same",
                        2,
                        6,
                        7,
                        3,
                        convolution(4, 1, ConvolutionMode.Same).build(),
                        new ZeroPaddingLayer.Builder(0, 1, 2, 0).build(),
                        convolution(4, 2, ConvolutionMode.Same).stride(2, 2).build()),
                Oracle.of(
                        "flat rows as images",
                        OracleNetworks.classifier(
                                InputType.convolutionalFlat(6, 5, 2),
                                convolution(4, 3, ConvolutionMode.Truncate).build()),
                        List.of(60),
                        OracleNetworks.CLASSES,
                        4));
    }

    @ParameterizedTest
    @MethodSource({"windows", "channels", "batches", "special"})
    void agrees(Oracle oracle) {
        oracle.assertAgreement();
    }

    private static ConvolutionLayer.Builder convolution(int channels, int kernel, ConvolutionMode mode) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .nOut(channels)
                .convolutionMode(mode)
                .activation(Activation.TANH);
    }
}
