package io.batchscope.fused;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.Addition;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Program;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which operations of a program are computed together with the activation that follows them. */
public final class Fusion {
    private Fusion() {}

    /**
     * An operation, and the activation that is one with it.
     *
     * @param operation number of the operation
     * @param function of the activation that is fused; null: none
     * @param result number of the value that the two make
     */
    public record Group(int operation, @Nullable ActivationFunction function, int result) {}

    /** Of all operations, in the order of computation. */
    public static List<Group> groups(Program program) {
        int[] readers = readers(program);
        List<Group> groups = new ArrayList<>();
        int operations = program.operations().size();
        for (int i = 0; i < operations; i = groups.get(groups.size() - 1).result()) {
            @Nullable ActivationFunction function = follower(program, readers, i);
            groups.add(new Group(i, function, function == null ? i + 1 : i + 2));
        }
        return groups;
    }

    /** How many operations read each value. */
    static int[] readers(Program program) {
        int[] readers = new int[program.operations().size() + 1];
        program.operations().forEach(operation -> operation.inputs().forEach(input -> readers[input]++));
        return readers;
    }

    /** The activation that reads operation {@code index}, and nothing else does, if the two can be one. */
    private static @Nullable ActivationFunction follower(Program program, int[] readers, int index) {
        List<Operation> operations = program.operations();
        if (index + 1 < operations.size()
                && readers[index + 1] == 1
                && operations.get(index + 1) instanceof Activation activation
                && activation.input() == index + 1
                && canFuse(operations.get(index), activation.function())) {
            return activation.function();
        }
        return null;
    }

    private static boolean canFuse(Operation operation, ActivationFunction function) {
        if (operation instanceof BatchNormalization) {
            return function.equals(ActivationFunction.RECTIFIER);
        }
        return (operation instanceof Dense || operation instanceof Convolution || operation instanceof Addition)
                && function.slopeFollowsFromResult();
    }
}
