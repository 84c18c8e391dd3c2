package io.batchscope.fused;

import io.batchscope.train.Operation;
import io.batchscope.train.Program;

/** Which values of a program need a gradient. */
final class Gradients {
    private Gradients() {}

    /** For each value whether anything that led to it has parameters. */
    static boolean[] wanted(Program program) {
        boolean[] wanted = new boolean[program.operations().size() + 1];
        for (int i = 0; i < program.operations().size(); i++) {
            Operation operation = program.operations().get(i);
            wanted[i + 1] = hasParameters(operation);
            for (int input : operation.inputs()) {
                wanted[i + 1] |= wanted[input];
            }
        }
        return wanted;
    }

    private static boolean hasParameters(Operation operation) {
        return operation instanceof Operation.Dense
                || operation instanceof Operation.Convolution
                || operation instanceof Operation.BatchNormalization;
    }
}
