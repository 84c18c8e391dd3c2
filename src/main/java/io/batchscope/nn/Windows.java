package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.nn.ProgramDraft.Margin;
import io.batchscope.nn.ProgramDraft.Value;
import io.batchscope.train.Window;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * How Deeplearning4j's convolution and pooling layers move over an image. Arrays are vertical, then horizontal.
 *
 * @param kernel size of the kernel
 * @param stride from one position to the next
 * @param padding on both sides, used in the modes Strict and Truncate
 * @param dilation from one element of the kernel to the next
 * @param mode Same: as many positions as ⌈size/stride⌉, padded by what that takes, the odd row or column below or right
 */
record Windows(int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
    /** The window on a value; zeros that already surround it become part of the padding. */
    Window on(Value image, String place) {
        require(image.isImage(), place, "takes images, but gets rows of " + image.shape());
        require(mode != ConvolutionMode.Causal, place, "the convolution mode Causal is for sequences");
        Margin around = image.margin();
        int rows = image.shape().get(1) + around.top() + around.bottom();
        int columns = image.shape().get(2) + around.left() + around.right();
        int[] vertical = padding(0, rows);
        int[] horizontal = padding(1, columns);
        Margin all = around.plus(new Margin(vertical[0], horizontal[0], vertical[1], horizontal[1]));
        return new Window(
                kernel[0],
                kernel[1],
                stride[0],
                stride[1],
                dilation[0],
                dilation[1],
                all.top(),
                all.left(),
                all.bottom(),
                all.right());
    }

    /** Before and after the image. */
    private int[] padding(int dimension, int size) {
        if (mode != ConvolutionMode.Same) {
            return new int[] {padding[dimension], padding[dimension]};
        }
        int positions = (size + stride[dimension] - 1) / stride[dimension];
        int extent = (kernel[dimension] - 1) * dilation[dimension] + 1;
        // Negative where the stride leaps over the last rows; they are then left out.
        int missing = Math.max(0, (positions - 1) * stride[dimension] + extent - size);
        return new int[] {missing / 2, missing - missing / 2};
    }

    /** Whether each position of the window holds at least one number of the image, so that a maximum exists. */
    static boolean seeTheImage(Window window, Value image) {
        int rows = image.shape().get(1);
        int columns = image.shape().get(2);
        return seeTheImage(
                        window.height(rows),
                        window.kernelHeight(),
                        window.strideHeight(),
                        window.dilationHeight(),
                        window.padTop(),
                        rows)
                && seeTheImage(
                        window.width(columns),
                        window.kernelWidth(),
                        window.strideWidth(),
                        window.dilationWidth(),
                        window.padLeft(),
                        columns);
    }

    private static boolean seeTheImage(int positions, int kernel, int stride, int dilation, int before, int size) {
        for (int position = 0; position < positions; position++) {
            boolean seen = false;
            for (int k = 0; k < kernel; k++) {
                int at = position * stride + k * dilation - before;
                seen |= at >= 0 && at < size;
            }
            if (!seen) {
                return false;
            }
        }
        return true;
    }
}
