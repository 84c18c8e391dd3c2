package io.batchscope.benchmark;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.Addition;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Operation.Flatten;
import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Program;
import io.batchscope.train.Window;
import java.util.ArrayList;
import java.util.List;

/** A program while it is written down, operation by operation; each returns the number of the value that it makes. */
final class NetworkDraft {
    private static final float EPSILON = 1e-5f;
    private static final float DECAY = 0.9f;

    private final List<Integer> inputShape;
    private final List<Operation> operations = new ArrayList<>();
    private int parameters;

    /** @param inputShape see {@link Program} */
    NetworkDraft(List<Integer> inputShape) {
        this.inputShape = inputShape;
    }

    int dense(int input, int inputs, int outputs) {
        int weights = take(inputs * outputs);
        return add(new Dense(input, inputs, outputs, weights, take(outputs)));
    }

    int convolution(int input, int channelsIn, int channelsOut, int kernel) {
        int weights = take(channelsOut * channelsIn * kernel * kernel);
        return add(
                new Convolution(input, channelsIn, channelsOut, Window.square(kernel, 1), weights, take(channelsOut)));
    }

    /** Convolution without bias that keeps the sides, divided by the stride; then batch normalization. */
    int normalizedConvolution(int input, int channelsIn, int channelsOut, int kernel, int stride) {
        int pad = kernel / 2;
        Window window = new Window(kernel, kernel, stride, stride, 1, 1, pad, pad, pad, pad);
        int weights = take(channelsOut * channelsIn * kernel * kernel);
        int last = add(new Convolution(input, channelsIn, channelsOut, window, weights, Operation.ABSENT));
        int gamma = take(channelsOut);
        int beta = take(channelsOut);
        int mean = take(channelsOut);
        int variance = take(channelsOut);
        return add(new BatchNormalization(last, channelsOut, EPSILON, DECAY, gamma, beta, 1, 0, mean, variance, false));
    }

    int rectified(int input) {
        return add(new Activation(input, ActivationFunction.RECTIFIER));
    }

    int sum(int left, int right) {
        return add(new Addition(left, right));
    }

    int pooled(int input, Pooling.Kind kind, int side) {
        return add(new Pooling(input, kind, Window.square(side, side)));
    }

    int flat(int input) {
        return add(new Flatten(input));
    }

    /** With softmax and cross-entropy behind the last value. */
    Program classifier() {
        return new Program(inputShape, operations, new Program.Loss.SoftmaxCrossEntropy(1e-10f), parameters);
    }

    private int take(int count) {
        int from = parameters;
        parameters += count;
        return from;
    }

    private int add(Operation operation) {
        operations.add(operation);
        return operations.size();
    }
}
