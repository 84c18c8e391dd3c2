package io.batchscope.plan;

import java.io.Serializable;

/**
 * What a run is meant to arrive at. It is reached at the first evaluation <em>strictly</em> past the value (Shallue et
 * al. 2019).
 *
 * @param metric what is watched, on the validation split
 * @param value the goal
 * @param stop whether the run ends there, or goes on to its budget
 */
public record Target(Metric metric, double value, boolean stop) implements Serializable {
    /** A quantity that has a better direction. */
    public enum Metric {
        VALIDATION_ACCURACY,
        VALIDATION_LOSS
    }

    /** Whether a validation measurement is strictly better than the goal. */
    public boolean isPassedBy(double loss, double accuracy) {
        return switch (metric) {
            case VALIDATION_ACCURACY -> accuracy > value;
            case VALIDATION_LOSS -> loss < value;
        };
    }
}
