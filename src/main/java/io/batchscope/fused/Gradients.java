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

    /** Whether the program is dense layers and functions of single numbers, and every parameter is in one of the layers. */
    static boolean areDenseOnly(Program program) {
        long covered = 0;
        for (Operation operation : program.operations()) {
            if (operation instanceof Operation.Dense dense) {
                covered += (long) dense.inputCount() * dense.outputCount();
                covered += dense.bias() == Operation.ABSENT ? 0 : dense.outputCount();
            } else if (!(operation instanceof Operation.Activation)) {
                return false;
            }
        }
        return covered == program.parameterCount();
    }

    private static boolean hasParameters(Operation operation) {
        return operation instanceof Operation.Dense
                || operation instanceof Operation.Convolution
                || operation instanceof Operation.BatchNormalization;
    }
}
