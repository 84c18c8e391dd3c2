package io.batchscope.train;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Measures what a worker's share of its machine can do at best; travels to the workers. */
public interface MachineRate extends Serializable {
    /** Measures nothing. */
    MachineRate NONE = () -> null;

    /**
     * Floating-point operations per second of a large single-precision matrix product on this worker, now, with the
     * library and as many threads as the fused replica uses. All workers of a run measure at the same time, so those that
     * share a machine hold each other up as they do in training. Takes about a tenth of a second.
     *
     * @return null if it cannot be measured here
     */
    @Nullable
    Double flopsPerSecond();
}
