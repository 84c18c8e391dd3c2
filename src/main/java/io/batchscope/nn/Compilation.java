package io.batchscope.nn;

import io.batchscope.train.Program;

/** Whether a Deeplearning4j network can be said as a {@link Program}, and so run without Deeplearning4j. */
public sealed interface Compilation {
    /** It can; the program's outputs and gradients are those of the general replica, but for rounding. */
    record Compiled(Program program) implements Compilation {}

    /**
     * It cannot.
     *
     * @param reason one line for people, such as {@code layer 'lstm1' (LSTM): not a kind that the fused replica knows}
     */
    record NotCompiled(String reason) implements Compilation {}
}
