package io.batchscope.train;

import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import io.batchscope.units.BatchTrajectory;
import org.jspecify.annotations.Nullable;

/**
 * AdaScale SGD (Johnson et al. 2020, algorithm 1): the rate of an update is that of the schedule for the base batch times the
 * gain r, and the update counts as r of the base batch's. The gain comes from the updates before; of the first it is 1. Averages and
 * least values are those of section 3.4: a weight of the latest estimate of S/1000, but no less than 1/t; σ̂² at least 10⁻⁶, μ̂²
 * at least 0. The parts whose gradients are compared need not have B₀ examples: fewer, larger ones cost less time and estimate the
 * same.
 */
final class AdaScalePacing implements Pacing {
    private static final double LEAST_VARIANCE = 1e-6;
    private static final double SCALE_WITHOUT_AVERAGE = 1000;

    private final RunPlan plan;
    private final Pace.AdaScale pace;
    private final double baseBatch;
    private final BatchTrajectory trajectory;
    private final NoiseAverage average;
    private double progress;
    private double gain;
    private long next;

    AdaScalePacing(RunPlan plan, Pace.AdaScale pace) {
        this.plan = plan;
        this.pace = pace;
        this.baseBatch = plan.batchSize() / pace.scale();
        this.trajectory = plan.geometry();
        this.average = new NoiseAverage(Math.min(1, pace.scale() / SCALE_WITHOUT_AVERAGE), LEAST_VARIANCE * baseBatch);
        this.gain = nextGain();
    }

    /** By the size of the next batch, which at the end of an epoch is smaller; the planned updates bound it from below. */
    private double nextGain() {
        if (!pace.measuresNoise()) {
            return 1;
        }
        double scale = Math.max(Math.min(1, pace.scale()), trajectory.sizeOf(next) / baseBatch);
        return average.gain(baseBatch, scale);
    }

    @Override
    public BatchTrajectory trajectory() {
        return trajectory;
    }

    @Override
    public double progress() {
        return progress;
    }

    @Override
    public double progressAfterUpdate() {
        return progress + (pace.stretches() ? gain : 1);
    }

    @Override
    public double rate(long step) {
        return gain * plan.schedule().rateAt((long) Math.floor(progress));
    }

    @Override
    public boolean isLast(long step) {
        return progressAfterUpdate() >= pace.length() || step + 1 >= plan.plannedSteps();
    }

    @Override
    public Double gain() {
        return gain;
    }

    @Override
    public @Nullable Double noiseScale() {
        return average.noiseScale();
    }

    @Override
    public boolean done(long step, @Nullable NoiseSample squares) {
        progress = progressAfterUpdate();
        next = step + 1;
        if (squares != null) {
            average.add(squares);
        }
        gain = nextGain();
        return false;
    }

    @Override
    public double[] numbers() {
        double[] state = average.state();
        return new double[] {progress, state[0], state[1], state[2]};
    }

    @Override
    public void restore(long steps, double[] numbers) {
        progress = numbers[0];
        average.restore(numbers, 1);
        next = steps;
        gain = nextGain();
    }
}
