package io.batchscope.train;

import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import io.batchscope.units.BatchTrajectory;
import org.jspecify.annotations.Nullable;

/**
 * Decides the batch size and the rate of every update, and when a run has had its last one: the {@link Pace} of a plan at
 * work. Every rank has one. All are told the same, to the bit, and so decide alike without a word.
 *
 * <p>{@link #progress} counts in the units of the schedule; where the plan knows all updates these are updates. What falls due
 * every so often falls due by progress.
 */
interface Pacing {
    /** The batch sizes of the updates so far and, unless it changes, of those to come. */
    BatchTrajectory trajectory();

    /** How far the run is before the next update. */
    double progress();

    /** How far it will be after that. */
    double progressAfterUpdate();

    /** The rate of the next update, number {@code step} (from 0). */
    double rate(long step);

    /** Whether the next update, number {@code step} (from 0), is the run's last. */
    boolean isLast(long step);

    /** What the next update's rate is multiplied by because of what was measured; null if nothing is. */
    default @Nullable Double gain() {
        return null;
    }

    /** The gradient's noise scale in examples, averaged; null if it is not measured. */
    default @Nullable Double noiseScale() {
        return null;
    }

    /**
     * Takes note that update {@code step} (from 0) is done.
     *
     * @param squares what was measured in it; null if nothing was
     * @return whether the batch size changes with the next update
     */
    boolean done(long step, @Nullable NoiseSample squares);

    /** What it needs to go on elsewhere. */
    default double[] numbers() {
        return new double[0];
    }

    /** Goes on after {@code steps} updates, with what another one knew. */
    void restore(long steps, double[] numbers);

    /** Whether so many numbers can be those of a pace. */
    static boolean fits(Pace pace, int count) {
        if (pace instanceof Pace.Planned) {
            return count == 0;
        }
        int least = NoiseAverage.NUMBERS;
        return pace instanceof Pace.AdaScale ? count == least + 1 : count > least && (count - least) % 2 == 0;
    }

    /** The one that a plan asks for. */
    static Pacing of(RunPlan plan) {
        Pace pace = plan.pace();
        if (pace instanceof Pace.AdaScale adaScale) {
            return new AdaScalePacing(plan, adaScale);
        }
        if (pace instanceof Pace.ByNoise byNoise) {
            return new NoisePacing(plan, byNoise);
        }
        return new PlannedPacing(plan);
    }
}
