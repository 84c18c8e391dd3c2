package io.batchscope.train;

/** Placeholder until written. */
final class StepLoop {
    private StepLoop() {}
}
