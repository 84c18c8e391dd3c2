package io.batchscope.fused;

import io.batchscope.train.Operation;
import io.batchscope.train.Program;

/** What a program's gradient is like. */
final class Gradients {
    private Gradients() {}

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
}
