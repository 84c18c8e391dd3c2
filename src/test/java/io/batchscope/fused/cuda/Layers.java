package io.batchscope.fused.cuda;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.Addition;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Operation.Dropout;
import io.batchscope.train.Operation.Flatten;
import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Program;
import io.batchscope.train.Window;
import java.util.ArrayList;
import java.util.List;

/** A program layer by layer, each on the result of the one before unless it says otherwise. */
final class Layers {
    static final int CLASSES = 3;

    private final List<Integer> inputShape;
    private final List<Operation> operations = new ArrayList<>();
    private final List<List<Integer>> shapes = new ArrayList<>();
    private int parameters;

    private Layers(List<Integer> inputShape) {
        this.inputShape = inputShape;
        shapes.add(inputShape);
    }

    static Layers of(Integer... inputShape) {
        return new Layers(List.of(inputShape));
    }

    /** Number of the last value. */
    int last() {
        return operations.size();
    }

    private List<Integer> shape() {
        return shapes.get(last());
    }

    private int take(int count) {
        int offset = parameters;
        parameters += count;
        return offset;
    }

    private Layers add(Operation operation) {
        operations.add(operation);
        shapes.add(operation.shape(operation.inputs().stream().map(shapes::get).toList()));
        return this;
    }

    /** Parameters that no operation names. */
    Layers gap(int count) {
        take(count);
        return this;
    }

    Layers dense(int outputs, boolean biased) {
        int inputs = shape().get(0);
        int weights = take(inputs * outputs);
        return add(new Dense(last(), inputs, outputs, weights, biased ? take(outputs) : Operation.ABSENT));
    }

    Layers convolution(int channels, Window window, boolean biased) {
        return convolutionOf(last(), channels, window, biased);
    }

    Layers convolutionOf(int value, int channels, Window window, boolean biased) {
        int channelsIn = shapes.get(value).get(0);
        int weights = take(channels * channelsIn * window.kernelHeight() * window.kernelWidth());
        return add(new Convolution(
                value, channelsIn, channels, window, weights, biased ? take(channels) : Operation.ABSENT));
    }

    Layers pooling(Pooling.Kind kind, Window window) {
        return add(new Pooling(last(), kind, window));
    }

    Layers activation(ActivationFunction.Kind kind, double alpha) {
        return add(new Activation(last(), new ActivationFunction(kind, (float) alpha)));
    }

    Layers rectifier() {
        return activation(ActivationFunction.Kind.RECTIFIER, 0);
    }

    Layers normalization() {
        int channels = shape().get(0);
        int first = take(4 * channels);
        return add(new BatchNormalization(
                last(),
                channels,
                1e-3f,
                0.9f,
                first,
                first + channels,
                1,
                0,
                first + 2 * channels,
                first + 3 * channels,
                false));
    }

    /** With fixed γ and β, and the running variance as a logarithm. */
    Layers fixedNormalization(double gamma, double beta) {
        int channels = shape().get(0);
        int first = take(2 * channels);
        return add(new BatchNormalization(
                last(),
                channels,
                1e-3f,
                0.8f,
                Operation.ABSENT,
                Operation.ABSENT,
                (float) gamma,
                (float) beta,
                first,
                first + channels,
                true));
    }

    Layers addition(int left, int right) {
        return add(new Addition(left, right));
    }

    Layers dropout(double retain) {
        return add(new Dropout(last(), retain));
    }

    Layers flatten() {
        return add(new Flatten(last()));
    }

    /** With a dense layer for the classes and their softmax. */
    Program classifier() {
        if (shape().size() > 1) {
            flatten();
        }
        dense(CLASSES, true);
        return new Program(inputShape, operations, new Program.Loss.SoftmaxCrossEntropy(1e-10f), parameters);
    }

    /** With one number and its squared error. */
    Program regression() {
        if (shape().size() > 1) {
            flatten();
        }
        dense(1, true);
        return new Program(inputShape, operations, new Program.Loss.MeanSquaredError(), parameters);
    }
}
