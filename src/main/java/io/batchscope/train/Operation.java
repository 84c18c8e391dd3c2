package io.batchscope.train;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * One operation of a {@link Program}. Images are channels, height, width. An offset that may be {@link #ABSENT} names
 * parameters that need not be there.
 */
public sealed interface Operation extends Serializable {
    /** The offset of parameters that an operation does not have. */
    int ABSENT = -1;

    /** Numbers of the values it takes. */
    List<Integer> inputs();

    /**
     * Shape of the value it makes.
     *
     * @param inputs the shapes of what it takes
     * @throws IllegalArgumentException if it cannot take them
     */
    List<Integer> shape(List<List<Integer>> inputs);

    /**
     * Its parameters, without what is held.
     *
     * @param name what their names begin with
     */
    default List<ParameterTensor> tensors(String name) {
        return List.of();
    }

    /**
     * y = W·x + b.
     *
     * @param inputCount length of x
     * @param outputCount length of y
     * @param weights offset of W, {@code [outputCount, inputCount]} row by row
     * @param bias offset of b, or ABSENT
     */
    record Dense(int input, int inputCount, int outputCount, int weights, int bias) implements Operation {
        @Override
        public List<Integer> inputs() {
            return List.of(input);
        }

        @Override
        public List<Integer> shape(List<List<Integer>> inputs) {
            require(inputs.get(0).equals(List.of(inputCount)), this, inputs);
            return List.of(outputCount);
        }

        @Override
        public List<ParameterTensor> tensors(String name) {
            return present(
                    new ParameterTensor(
                            name + "_W", weights, weights + inputCount * outputCount, ParameterTensor.Kind.WEIGHT),
                    new ParameterTensor(name + "_b", bias, bias + outputCount, ParameterTensor.Kind.BIAS));
        }
    }

    /**
     * Cross-correlation of images with kernels, as deep learning calls convolution.
     *
     * @param channelsIn channels of the input
     * @param channelsOut kernels
     * @param window how the kernels move
     * @param weights offset of the kernels, {@code [channelsOut, channelsIn, kernel height, kernel width]} row by row
     * @param bias offset of {@code channelsOut} numbers, or ABSENT
     */
    record Convolution(int input, int channelsIn, int channelsOut, Window window, int weights, int bias)
            implements Operation {
        @Override
        public List<Integer> inputs() {
            return List.of(input);
        }

        @Override
        public List<Integer> shape(List<List<Integer>> inputs) {
            List<Integer> in = inputs.get(0);
            require(in.size() == 3 && in.get(0) == channelsIn, this, inputs);
            return List.of(channelsOut, window.height(in.get(1)), window.width(in.get(2)));
        }

        @Override
        public List<ParameterTensor> tensors(String name) {
            int length = channelsOut * channelsIn * window.kernelHeight() * window.kernelWidth();
            return present(
                    new ParameterTensor(name + "_W", weights, weights + length, ParameterTensor.Kind.WEIGHT),
                    new ParameterTensor(name + "_b", bias, bias + channelsOut, ParameterTensor.Kind.BIAS));
        }
    }

    /** Maximum or average of windows of each channel. */
    record Pooling(int input, Kind kind, Window window) implements Operation {
        /** What is taken of a window. */
        public enum Kind {
            /** The largest number. */
            MAXIMUM,
            /** The sum over the window's size, padding counted as zeros. */
            AVERAGE_WITH_PADDING,
            /** The mean of what is not padding. */
            AVERAGE_WITHOUT_PADDING
        }

        @Override
        public List<Integer> inputs() {
            return List.of(input);
        }

        @Override
        public List<Integer> shape(List<List<Integer>> inputs) {
            List<Integer> in = inputs.get(0);
            require(in.size() == 3, this, inputs);
            return List.of(in.get(0), window.height(in.get(1)), window.width(in.get(2)));
        }
    }

    /**
     * Batch normalization (Ioffe and Szegedy 2015): per channel (per feature for rows) γ·(x − μ)/√(σ² + ε) + β, with mean
     * and variance (over n, not n − 1) of the micro-batch in training and running statistics otherwise. In training each
     * statistic s moves to decay·s + (1 − decay)·(that of the micro-batch).
     *
     * @param channels numbers of each parameter
     * @param epsilon ε
     * @param decay share of the running statistics that stays
     * @param gamma offset of γ, or ABSENT: {@code fixedGamma}
     * @param beta offset of β, or ABSENT: {@code fixedBeta}
     * @param mean offset of the running mean
     * @param variance offset of the running variance
     * @param logarithmic whether the running variance is kept as log₁₀ of the standard deviation
     */
    record BatchNormalization(
            int input,
            int channels,
            float epsilon,
            float decay,
            int gamma,
            int beta,
            float fixedGamma,
            float fixedBeta,
            int mean,
            int variance,
            boolean logarithmic)
            implements Operation {
        @Override
        public List<Integer> inputs() {
            return List.of(input);
        }

        @Override
        public List<Integer> shape(List<List<Integer>> inputs) {
            require(inputs.get(0).get(0) == channels, this, inputs);
            return inputs.get(0);
        }

        @Override
        public List<ParameterTensor> tensors(String name) {
            return present(
                    new ParameterTensor(name + "_gamma", gamma, gamma + channels, ParameterTensor.Kind.NORMALIZATION),
                    new ParameterTensor(name + "_beta", beta, beta + channels, ParameterTensor.Kind.NORMALIZATION));
        }
    }

    /** The function of every number. */
    record Activation(int input, ActivationFunction function) implements Operation {
        @Override
        public List<Integer> inputs() {
            return List.of(input);
        }

        @Override
        public List<Integer> shape(List<List<Integer>> inputs) {
            return inputs.get(0);
        }
    }

    /**
     * Keeps each number with a probability and divides it by that; in inference mode the identity (Srivastava et al. 2014,
     * in the inverted form).
     *
     * @param retain the probability, in (0, 1]
     */
    record Dropout(int input, double retain) implements Operation {
        @Override
        public List<Integer> inputs() {
            return List.of(input);
        }

        @Override
        public List<Integer> shape(List<List<Integer>> inputs) {
            return inputs.get(0);
        }
    }

    /** The sum of two values of one shape. */
    record Addition(int left, int right) implements Operation {
        @Override
        public List<Integer> inputs() {
            return List.of(left, right);
        }

        @Override
        public List<Integer> shape(List<List<Integer>> inputs) {
            require(inputs.get(0).equals(inputs.get(1)), this, inputs);
            return inputs.get(0);
        }
    }

    /** An image as a row: channel by channel, row by row. */
    record Flatten(int input) implements Operation {
        @Override
        public List<Integer> inputs() {
            return List.of(input);
        }

        @Override
        public List<Integer> shape(List<List<Integer>> inputs) {
            return List.of(inputs.get(0).stream().reduce(1, Math::multiplyExact));
        }
    }

    private static List<ParameterTensor> present(ParameterTensor... tensors) {
        return Stream.of(tensors).filter(tensor -> tensor.from() != ABSENT).toList();
    }

    private static void require(boolean fits, Operation operation, List<List<Integer>> inputs) {
        if (!fits) {
            throw new IllegalArgumentException(operation + ": cannot take inputs of shape " + inputs);
        }
    }
}
