package io.batchscope.train;

import java.io.Serializable;

/** Where a run's first parameters come from; travels to the workers. */
@FunctionalInterface
public interface StartParameters extends Serializable {
    /**
     * The start parameters that belong to the seed (or to the saved model).
     *
     * @param seed of the run
     * @return {@code float[parameterCount]} in the program's order; the caller may keep it
     */
    float[] of(long seed);
}
