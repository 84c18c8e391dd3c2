package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.train.Operation;
import java.util.ArrayList;
import java.util.List;

/** The operations of a program that is being written. */
final class ProgramDraft {
    private final List<Integer> inputShape;
    private final List<Operation> operations = new ArrayList<>();
    private final List<List<Integer>> shapes = new ArrayList<>();

    ProgramDraft(List<Integer> inputShape) {
        this.inputShape = List.copyOf(inputShape);
        shapes.add(this.inputShape);
    }

    List<Integer> inputShape() {
        return inputShape;
    }

    List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** What the network takes. */
    Value input() {
        return new Value(0, inputShape, Margin.NONE);
    }

    /** The value that an operation makes. */
    Value add(Operation operation, String place) {
        List<List<Integer>> inputs =
                operation.inputs().stream().map(shapes::get).toList();
        List<Integer> shape;
        try {
            shape = operation.shape(inputs);
        } catch (IllegalArgumentException e) {
            throw new NotCompilableException(place, "cannot take inputs of shape " + inputs);
        }
        operations.add(operation);
        shapes.add(shape);
        return new Value(operations.size(), shape, Margin.NONE);
    }

    /**
     * A value of the program.
     *
     * @param index its number in the program
     * @param shape of one example, without the margin
     * @param margin zeros around the image that Deeplearning4j has put there already and the program has not
     */
    record Value(int index, List<Integer> shape, Margin margin) {
        boolean isImage() {
            return shape.size() == 3;
        }

        /** The number of the value, for operations that do not know of margins. */
        int plain(String place) {
            require(margin.equals(Margin.NONE), place, "follows a ZeroPaddingLayer, but only a convolution can");
            return index;
        }

        /** The number of the value, which must be an image. */
        int plainImage(String place) {
            require(isImage(), place, "takes images, but gets rows of " + shape);
            return plain(place);
        }
    }

    /** Rows and columns of zeros around an image. */
    record Margin(int top, int left, int bottom, int right) {
        static final Margin NONE = new Margin(0, 0, 0, 0);

        Margin plus(Margin other) {
            return new Margin(top + other.top, left + other.left, bottom + other.bottom, right + other.right);
        }
    }
}
