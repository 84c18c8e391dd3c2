package io.batchscope.fused;

import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Window;

/**
 * A window's numbers as oneDNN wants them; pairs are vertical, then horizontal. A dilation of 0 is a dense kernel.
 *
 * @param input examples, channels, height, width
 * @param weights kernels, channels, height, width
 * @param output examples, kernels, height, width
 */
@SuppressWarnings("ArrayRecordComponent") // handed straight to native code; never compared
record Sizes(
        long[] input,
        long[] weights,
        long[] output,
        long[] kernel,
        long[] strides,
        long[] dilations,
        long[] padBefore,
        long[] padAfter) {
    static Sizes of(Convolution operation, long[] input) {
        Window window = operation.window();
        long[] weights = {operation.channelsOut(), operation.channelsIn(), window.kernelHeight(), window.kernelWidth()};
        return of(window, input, weights, operation.channelsOut());
    }

    static Sizes of(Window window, long[] input, long[] weights, long channelsOut) {
        long[] output = {
            input[0], channelsOut, window.height(Math.toIntExact(input[2])), window.width(Math.toIntExact(input[3]))
        };
        return new Sizes(
                input,
                weights,
                output,
                new long[] {window.kernelHeight(), window.kernelWidth()},
                new long[] {window.strideHeight(), window.strideWidth()},
                new long[] {window.dilationHeight() - 1L, window.dilationWidth() - 1L},
                new long[] {window.padTop(), window.padLeft()},
                new long[] {window.padBottom(), window.padRight()});
    }
}
