package io.batchscope.testing;

import io.batchscope.data.Batch;
import io.batchscope.fused.DropoutStream;
import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Operation.Dropout;
import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Program;
import io.batchscope.train.Window;
import java.util.List;

/** A batch's way through a program: all values, then all derivatives. Arrays are example by example. */
final class ReferencePass {
    private final Program program;
    private final double[] parameters;
    private final int rows;
    private final boolean training;
    private final long seed;
    private final List<List<Integer>> shapes;
    private final double[][] values;
    private final double[][] slopes;
    private double[] gradient = new double[0];

    ReferencePass(Program program, double[] parameters, Batch batch, boolean training, long seed) {
        this.program = program;
        this.parameters = parameters;
        this.rows = batch.size();
        this.training = training;
        this.seed = seed;
        this.shapes = program.shapes();
        this.values = new double[shapes.size()][];
        this.slopes = new double[shapes.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = new double[rows * size(i)];
            slopes[i] = new double[rows * size(i)];
        }
        for (int i = 0; i < values[0].length; i++) {
            values[0][i] = batch.features()[i];
        }
        for (int i = 0; i < program.operations().size(); i++) {
            run(i, false);
        }
    }

    private int size(int value) {
        return shapes.get(value).stream().reduce(1, Math::multiplyExact);
    }

    /** What goes into the loss. */
    double[] last() {
        return values[values.length - 1];
    }

    /** Adds the gradient of the loss whose derivatives by {@link #last} are {@code outputs}. */
    void backward(double[] outputs, double[] into) {
        gradient = into;
        System.arraycopy(outputs, 0, slopes[slopes.length - 1], 0, outputs.length);
        for (int i = program.operations().size() - 1; i >= 0; i--) {
            run(i, true);
        }
    }

    private void run(int index, boolean back) {
        Operation operation = program.operations().get(index);
        int out = index + 1;
        if (operation instanceof Dense dense) {
            dense(dense, out, back);
        } else if (operation instanceof Convolution convolution) {
            convolution(convolution, out, back);
        } else if (operation instanceof Pooling pooling) {
            pooling(pooling, out, back);
        } else if (operation instanceof BatchNormalization norm) {
            new ReferenceNormalization(norm, parameters, rows, size(norm.input()) / norm.channels(), training)
                    .run(values[norm.input()], values[out], slopes[norm.input()], slopes[out], back, gradient);
        } else if (operation instanceof Activation activation) {
            activation(activation, out, back);
        } else if (operation instanceof Dropout dropout) {
            dropout(dropout, index, back);
        } else {
            // Addition and flattening: each input counts as it is.
            for (int input : operation.inputs()) {
                move(input, out, back);
            }
        }
    }

    private void move(int in, int out, boolean back) {
        for (int i = 0; i < values[out].length; i++) {
            if (back) {
                slopes[in][i] += slopes[out][i];
            } else {
                values[out][i] += values[in][i];
            }
        }
    }

    private void dense(Dense dense, int out, boolean back) {
        for (int row = 0; row < rows; row++) {
            for (int o = 0; o < dense.outputCount(); o++) {
                int to = row * dense.outputCount() + o;
                bias(dense.bias(), o, to, out, back);
                for (int i = 0; i < dense.inputCount(); i++) {
                    product(
                            dense.weights() + o * dense.inputCount() + i,
                            dense.input(),
                            row * dense.inputCount() + i,
                            out,
                            to,
                            back);
                }
            }
        }
    }

    /** out[to] += weight · in[from], or what follows from it for the derivatives. */
    private void product(int weight, int in, int from, int out, int to, boolean back) {
        if (back) {
            gradient[weight] += slopes[out][to] * values[in][from];
            slopes[in][from] += slopes[out][to] * parameters[weight];
        } else {
            values[out][to] += parameters[weight] * values[in][from];
        }
    }

    private void bias(int offset, int channel, int to, int out, boolean back) {
        if (offset == Operation.ABSENT) {
            return;
        }
        if (back) {
            gradient[offset + channel] += slopes[out][to];
        } else {
            values[out][to] += parameters[offset + channel];
        }
    }

    private void convolution(Convolution convolution, int out, boolean back) {
        int inPlane = size(convolution.input()) / convolution.channelsIn();
        int outPlane = size(out) / convolution.channelsOut();
        int kernel = convolution.window().kernelHeight() * convolution.window().kernelWidth();
        for (int row = 0; row < rows; row++) {
            for (int o = 0; o < convolution.channelsOut(); o++) {
                int toPlane = (row * convolution.channelsOut() + o) * outPlane;
                for (int i = 0; i < outPlane; i++) {
                    bias(convolution.bias(), o, toPlane + i, out, back);
                }
                for (int c = 0; c < convolution.channelsIn(); c++) {
                    int fromPlane = (row * convolution.channelsIn() + c) * inPlane;
                    int weights = convolution.weights() + (o * convolution.channelsIn() + c) * kernel;
                    taps(
                            convolution.window(),
                            shapes.get(convolution.input()),
                            (to, from, k) -> product(
                                    weights + k, convolution.input(), fromPlane + from, out, toPlane + to, back));
                }
            }
        }
    }

    private void pooling(Pooling pooling, int out, boolean back) {
        List<Integer> shape = shapes.get(pooling.input());
        double[] in = values[pooling.input()];
        int inPlane = shape.get(1) * shape.get(2);
        int outPlane = size(out) / shape.get(0);
        for (int plane = 0; plane < rows * shape.get(0); plane++) {
            int fromPlane = plane * inPlane;
            int toPlane = plane * outPlane;
            int[] seen = new int[outPlane];
            int[] largest = new int[outPlane];
            taps(pooling.window(), shape, (to, from, k) -> {
                if (seen[to]++ == 0 || in[fromPlane + from] > in[fromPlane + largest[to]]) {
                    largest[to] = from;
                }
            });
            int whole = pooling.window().kernelHeight() * pooling.window().kernelWidth();
            taps(pooling.window(), shape, (to, from, k) -> {
                double share =
                        switch (pooling.kind()) {
                            case MAXIMUM -> from == largest[to] ? 1 : 0;
                            case AVERAGE_WITH_PADDING -> 1.0 / whole;
                            case AVERAGE_WITHOUT_PADDING -> 1.0 / seen[to];
                        };
                if (back) {
                    slopes[pooling.input()][fromPlane + from] += share * slopes[out][toPlane + to];
                } else {
                    values[out][toPlane + to] += share * in[fromPlane + from];
                }
            });
        }
    }

    /** A number of an image under an element of the kernel. */
    @FunctionalInterface
    private interface Tap {
        void at(int position, int place, int kernelElement);
    }

    private static void taps(Window window, List<Integer> shape, Tap tap) {
        int height = shape.get(1);
        int width = shape.get(2);
        for (int y = 0; y < window.height(height); y++) {
            for (int x = 0; x < window.width(width); x++) {
                for (int k = 0; k < window.kernelHeight() * window.kernelWidth(); k++) {
                    int row = y * window.strideHeight()
                            + k / window.kernelWidth() * window.dilationHeight()
                            - window.padTop();
                    int column = x * window.strideWidth()
                            + k % window.kernelWidth() * window.dilationWidth()
                            - window.padLeft();
                    if (row >= 0 && row < height && column >= 0 && column < width) {
                        tap.at(y * window.width(width) + x, row * width + column, k);
                    }
                }
            }
        }
    }

    private void activation(Activation activation, int out, boolean back) {
        for (int i = 0; i < values[out].length; i++) {
            double x = values[activation.input()][i];
            if (back) {
                slopes[activation.input()][i] += slopes[out][i] * slope(activation.function(), x);
            } else {
                values[out][i] = value(activation.function(), x);
            }
        }
    }

    private static double value(ActivationFunction function, double x) {
        double alpha = function.alpha();
        return switch (function.kind()) {
            case RECTIFIER -> x > 0 ? x : alpha * x;
            case TANH -> Math.tanh(x);
            case LOGISTIC -> logistic(x);
            case EXPONENTIAL_LINEAR -> x > 0 ? x : alpha * Math.expm1(x);
            case SOFTPLUS -> Math.log1p(Math.exp(x));
            case SWISH -> x * logistic(x);
        };
    }

    private static double slope(ActivationFunction function, double x) {
        double alpha = function.alpha();
        double p = logistic(x);
        return switch (function.kind()) {
            case RECTIFIER -> x > 0 ? 1 : alpha;
            case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
            case LOGISTIC -> p * (1 - p);
            case EXPONENTIAL_LINEAR -> x > 0 ? 1 : alpha * Math.exp(x);
            case SOFTPLUS -> p;
            case SWISH -> p + x * p * (1 - p);
        };
    }

    private static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private void dropout(Dropout dropout, int index, boolean back) {
        float[] mask = new float[values[index + 1].length];
        DropoutStream.fill(seed, index, training ? dropout.retain() : 1, mask);
        for (int i = 0; i < mask.length; i++) {
            if (back) {
                slopes[dropout.input()][i] += mask[i] * slopes[index + 1][i];
            } else {
                values[index + 1][i] = mask[i] * values[dropout.input()][i];
            }
        }
    }
}
