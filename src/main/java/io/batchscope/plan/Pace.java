package io.batchscope.plan;

import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.BatchTrajectory;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What decides, update by update, how large the batch is, what the schedule's rate is multiplied by, and how far through
 * its schedule a run is.
 */
public sealed interface Pace extends Serializable {
    /** One short line for people and for the column {@code pace}; empty where the batch stays and the rate is the schedule's. */
    String describe();

    /** Whether the gradient's noise must be measured in every update. */
    default boolean measuresNoise() {
        return false;
    }

    /** Whether the plan tells the rate and the batch size of every update. */
    default boolean isKnown() {
        return false;
    }

    /**
     * All is known before the run: update t takes the schedule's rate at t.
     *
     * @param growth the batch sizes after the first one; empty: it stays
     */
    record Planned(List<BatchTrajectory.Phase> growth) implements Pace {
        /** The batch stays as it is. */
        public static final Planned CONSTANT = new Planned(List.of());

        public Planned {
            growth = List.copyOf(growth);
        }

        @Override
        public boolean isKnown() {
            return true;
        }

        @Override
        public String describe() {
            return growth.stream()
                    .map(phase -> "batch " + phase.batchSize() + " from step " + phase.fromStep())
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * AdaScale (Johnson et al. 2020, algorithm 1): the rate is the schedule's times the measured gain.
     *
     * @param scale S, batch size over base batch, above 0
     * @param stretches whether an update advances the schedule by its gain, as in the paper; the run then ends when the
     *     schedule has, after at most the planned updates. Otherwise an update advances it by 1, and the run has the
     *     planned updates
     * @param length of the schedule, in the units in which updates advance it
     */
    record AdaScale(double scale, boolean stretches, long length) implements Pace {
        @Override
        public boolean measuresNoise() {
            return scale != 1;
        }

        @Override
        public String describe() {
            return "AdaScale, scale " + scale + (stretches ? "" : ", equal epochs");
        }
    }

    /**
     * The batch follows the measured noise scale. The schedule advances with the examples, by 1 for as many as the
     * first batch size, and the run ends when it has seen its examples.
     *
     * @param least the smallest batch size
     * @param most the largest one
     * @param factor the batch is to be so many times the noise scale
     * @param hysteresis above 1: the batch changes by this factor, once what it is to be is so many times larger or smaller
     * @param everySteps updates between two changes, at least
     * @param smoothingSteps updates over which the noise scale is averaged, about, at least 1
     * @param rule by which the rate follows the batch size
     * @param plannedExamples after which the run ends
     */
    record ByNoise(
            long least,
            long most,
            double factor,
            double hysteresis,
            long everySteps,
            long smoothingSteps,
            ScalingRule rule,
            long plannedExamples)
            implements Pace {
        @Override
        public boolean measuresNoise() {
            return true;
        }

        @Override
        public String describe() {
            return "batch " + least + " … " + most + ", " + factor + " × noise scale";
        }
    }
}
