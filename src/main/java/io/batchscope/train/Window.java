package io.batchscope.train;

import java.io.Serializable;

/**
 * How a kernel moves over an image. Pairs are vertical, then horizontal.
 *
 * @param kernelHeight rows of the kernel
 * @param kernelWidth columns of the kernel
 * @param strideHeight rows from one position to the next
 * @param strideWidth columns from one position to the next
 * @param dilationHeight rows from one row of the kernel to the next; 1: dense
 * @param dilationWidth columns from one column of the kernel to the next; 1: dense
 * @param padTop rows of zeros (or nothing, for a maximum) above the image
 * @param padLeft columns of them left of it
 * @param padBottom rows of them below it
 * @param padRight columns of them right of it
 */
public record Window(
        int kernelHeight,
        int kernelWidth,
        int strideHeight,
        int strideWidth,
        int dilationHeight,
        int dilationWidth,
        int padTop,
        int padLeft,
        int padBottom,
        int padRight)
        implements Serializable {
    /** Kernel and stride without padding or dilation. */
    public static Window square(int kernel, int stride) {
        return new Window(kernel, kernel, stride, stride, 1, 1, 0, 0, 0, 0);
    }

    /** Rows of the result for an image of so many rows. */
    public int height(int rows) {
        return positions(rows + padTop + padBottom, kernelHeight, strideHeight, dilationHeight);
    }

    /** Columns of the result for an image of so many columns. */
    public int width(int columns) {
        return positions(columns + padLeft + padRight, kernelWidth, strideWidth, dilationWidth);
    }

    private static int positions(int length, int kernel, int stride, int dilation) {
        int extent = (kernel - 1) * dilation + 1;
        if (length < extent) {
            throw new IllegalArgumentException("a kernel of " + extent + " does not fit into " + length);
        }
        return (length - extent) / stride + 1;
    }
}
