package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.nn.ProgramDraft.Margin;
import io.batchscope.nn.ProgramDraft.Value;
import io.batchscope.train.Window;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** How Deeplearning4j's convolution and pooling layers move over an image. */
final class Windows {
    private Windows() {}

    /** The window of a convolution; zeros that already surround the image become part of its padding. */
    static Window of(ConvolutionLayer layer, Value image, String place) {
        return window(
                axis(0, layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation()),
                axis(1, layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation()),
                layer.getConvolutionMode(),
                image,
                place);
    }

    /** The window of a pooling layer. */
    static Window of(SubsamplingLayer layer, Value image, String place) {
        Window window = window(
                axis(0, layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation()),
                axis(1, layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation()),
                layer.getConvolutionMode(),
                image,
                place);
        require(seesTheImage(window, image), place, "its padding holds a whole window");
        return window;
    }

    /** One dimension: {@code padding} is on both sides and used in the modes Strict and Truncate. */
    private record Axis(int kernel, int stride, int padding, int dilation) {
        /** Zeros before and after so many numbers. */
        int[] paddingOf(int size, ConvolutionMode mode) {
            if (mode != ConvolutionMode.Same) {
                return new int[] {padding, padding};
            }
            // As many positions as ⌈size/stride⌉; what is odd comes after. Negative where strides leap over the end.
            int positions = (size + stride - 1) / stride;
            int missing = Math.max(0, (positions - 1) * stride + (kernel - 1) * dilation + 1 - size);
            return new int[] {missing / 2, missing - missing / 2};
        }
    }

    private static Axis axis(int dimension, int[] kernel, int[] stride, int[] padding, int[] dilation) {
        return new Axis(kernel[dimension], stride[dimension], padding[dimension], dilation[dimension]);
    }

    private static Window window(Axis vertical, Axis horizontal, ConvolutionMode mode, Value image, String place) {
        require(image.isImage(), place, "takes images, but gets rows of " + image.shape());
        require(mode != ConvolutionMode.Causal, place, "the convolution mode Causal, which is for sequences");
        Margin around = image.margin();
        int[] rows = vertical.paddingOf(image.shape().get(1) + around.top() + around.bottom(), mode);
        int[] columns = horizontal.paddingOf(image.shape().get(2) + around.left() + around.right(), mode);
        Margin all = around.plus(new Margin(rows[0], columns[0], rows[1], columns[1]));
        return new Window(
                vertical.kernel,
                horizontal.kernel,
                vertical.stride,
                horizontal.stride,
                vertical.dilation,
                horizontal.dilation,
                all.top(),
                all.left(),
                all.bottom(),
                all.right());
    }

    /** Whether each position of the window holds at least one number of the image, so that a maximum exists. */
    private static boolean seesTheImage(Window window, Value image) {
        int rows = image.shape().get(1);
        int columns = image.shape().get(2);
        Axis vertical =
                new Axis(window.kernelHeight(), window.strideHeight(), window.padTop(), window.dilationHeight());
        Axis horizontal =
                new Axis(window.kernelWidth(), window.strideWidth(), window.padLeft(), window.dilationWidth());
        return seesTheImage(window.height(rows), vertical, rows)
                && seesTheImage(window.width(columns), horizontal, columns);
    }

    private static boolean seesTheImage(int positions, Axis axis, int size) {
        for (int position = 0; position < positions; position++) {
            boolean seen = false;
            for (int k = 0; k < axis.kernel; k++) {
                int at = position * axis.stride + k * axis.dilation - axis.padding;
                seen |= at >= 0 && at < size;
            }
            if (!seen) {
                return false;
            }
        }
        return true;
    }
}
