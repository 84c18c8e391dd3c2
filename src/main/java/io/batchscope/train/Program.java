package io.batchscope.train;

import io.batchscope.train.Replica.Range;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A feed-forward network as a list of operations, independent of the library that described it and of the one that runs
 * it. Value 0 is the input; operation i makes value i + 1 from earlier values; the last value goes into the loss, which
 * includes the softmax where there is one. Parameters are one flat {@code float[parameterCount]}, in which operations
 * name their parts by offset.
 *
 * @param inputShape of one example: one number, or channels, height, width (row by row, as {@code Batch} has it)
 * @param operations in the order of computation
 * @param loss what is minimised
 * @param parameterCount length of the parameters
 * @param penalties the model's own, see {@link Replica#penalties}
 * @param tensors in ascending order, see {@link Replica#tensors}
 */
public record Program(
        List<Integer> inputShape,
        List<Operation> operations,
        Loss loss,
        int parameterCount,
        List<WeightPenalty> penalties,
        List<ParameterTensor> tensors)
        implements Serializable {
    /**
     * Checks that the operations fit together.
     *
     * @throws IllegalArgumentException if an operation names a later value or a shape that it cannot take
     */
    public Program {
        inputShape = List.copyOf(inputShape);
        operations = List.copyOf(operations);
        penalties = List.copyOf(penalties);
        tensors = List.copyOf(tensors);
        shapes(inputShape, operations);
    }

    /** A program without penalties, whose tensors are named after its operations, as {@code operation0_W}. */
    public Program(List<Integer> inputShape, List<Operation> operations, Loss loss, int parameterCount) {
        this(inputShape, operations, loss, parameterCount, List.of(), tensors(operations));
    }

    /** The same with other penalties. */
    public Program withPenalties(List<WeightPenalty> others) {
        return new Program(inputShape, operations, loss, parameterCount, others, tensors);
    }

    /** The same with other names of its tensors. */
    public Program withTensors(List<ParameterTensor> named) {
        return new Program(inputShape, operations, loss, parameterCount, penalties, named);
    }

    /** Shape of one example of each value, {@code operations.size() + 1} of them. */
    public List<List<Integer>> shapes() {
        return shapes(inputShape, operations);
    }

    /** Numbers per example that go into the loss. */
    public int outputs() {
        List<List<Integer>> shapes = shapes();
        return shapes.get(shapes.size() - 1).get(0);
    }

    /** The running statistics of batch normalization, see {@link Replica#heldParameters}. */
    public List<Range> heldParameters() {
        List<Range> held = new ArrayList<>();
        for (Operation operation : operations) {
            if (operation instanceof Operation.BatchNormalization norm) {
                held.add(new Range(norm.mean(), norm.mean() + norm.channels()));
                held.add(new Range(norm.variance(), norm.variance() + norm.channels()));
            }
        }
        return List.copyOf(held);
    }

    /** For each value whether anything that led to it has parameters, so that the backward pass needs its gradient. */
    public boolean[] wantsGradient() {
        boolean[] wanted = new boolean[operations.size() + 1];
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            wanted[i + 1] = operation instanceof Operation.Dense
                    || operation instanceof Operation.Convolution
                    || operation instanceof Operation.BatchNormalization;
            for (int input : operation.inputs()) {
                wanted[i + 1] |= wanted[input];
            }
        }
        return wanted;
    }

    /** Whether a step draws random numbers. */
    public boolean isRandom() {
        return operations.stream().anyMatch(Operation.Dropout.class::isInstance);
    }

    private static List<ParameterTensor> tensors(List<Operation> operations) {
        return IntStream.range(0, operations.size())
                .boxed()
                .flatMap(i -> operations.get(i).tensors("operation" + i).stream())
                .sorted(Comparator.comparingInt(ParameterTensor::from))
                .toList();
    }

    private static List<List<Integer>> shapes(List<Integer> inputShape, List<Operation> operations) {
        List<List<Integer>> shapes = new ArrayList<>(List.of(inputShape));
        for (Operation operation : operations) {
            List<List<Integer>> inputs = new ArrayList<>();
            for (int input : operation.inputs()) {
                if (input < 0 || input >= shapes.size()) {
                    throw new IllegalArgumentException("operation " + (shapes.size() - 1) + " (" + operation
                            + "): takes value " + input + ", but there are " + shapes.size() + " before it");
                }
                inputs.add(shapes.get(input));
            }
            shapes.add(operation.shape(inputs));
        }
        List<Integer> last = shapes.get(shapes.size() - 1);
        if (last.size() != 1) {
            throw new IllegalArgumentException(
                    "the last value has the shape " + last + ", but the loss takes a row of numbers");
        }
        return shapes;
    }

    /** What is minimised: the mean over the examples of the following. */
    public sealed interface Loss extends Serializable {
        /**
         * −log p(class), p the softmax of the last value.
         *
         * @param clip p counts as at least this and at most 1 − this in the loss; the gradient p − 1{class} is not
         *     changed by it
         */
        record SoftmaxCrossEntropy(float clip) implements Loss {}

        /** (y − target)², the mean over the outputs. */
        record MeanSquaredError() implements Loss {}
    }
}
