package io.batchscope.fused;

/** A prepared piece of a pass; running it allocates nothing. */
@FunctionalInterface
interface Step {
    /** Computes it. */
    void run();
}
