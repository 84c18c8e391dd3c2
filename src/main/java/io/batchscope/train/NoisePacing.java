package io.batchscope.train;

import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import io.batchscope.units.BatchTrajectory;
import io.batchscope.units.BatchTrajectory.Phase;
import io.batchscope.units.EpochGeometry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batch follows the noise scale of the gradient: at B tr Σ / |G|² of the gradient's square is noise, so a batch in a fixed
 * relation to the noise scale keeps that share (McCandlish et al. 2018, section 2.3). It changes by whole factors of the
 * hysteresis, when the averaged noise scale asks for that much, and then not again for a while.
 */
final class NoisePacing implements Pacing {
    /** Before the trajectory's phases. */
    private static final int OWN_NUMBERS = NoiseAverage.NUMBERS;

    private final RunPlan plan;
    private final Pace.ByNoise pace;
    private final NoiseAverage average;
    private final EpochGeometry first;
    private BatchTrajectory trajectory;
    private long next;

    NoisePacing(RunPlan plan, Pace.ByNoise pace) {
        this.plan = plan;
        this.pace = pace;
        this.average = new NoiseAverage(1.0 / pace.smoothingSteps(), 0);
        this.first = new EpochGeometry(plan.trainExamples(), plan.batchSize());
        this.trajectory = plan.geometry();
    }

    @Override
    public BatchTrajectory trajectory() {
        return trajectory;
    }

    @Override
    public double progress() {
        return progressAfter(trajectory.examplesAfter(next));
    }

    @Override
    public double progressAfterUpdate() {
        return progressAfter(trajectory.examplesAfter(next + 1));
    }

    /** Updates of the first size that so many examples are: exactly their number while the batch stays. */
    private double progressAfter(long examples) {
        long epochs = examples / first.examples();
        return epochs * first.stepsPerEpoch() + (double) (examples % first.examples()) / first.batchSize();
    }

    /** Batch size over the first one. */
    private double ratio() {
        return (double) trajectory.batchSizeAt(next) / plan.batchSize();
    }

    @Override
    public double rate(long step) {
        return pace.rule().factor(ratio()) * plan.schedule().rateAt((long) Math.floor(progress()));
    }

    @Override
    public boolean isLast(long step) {
        return trajectory.examplesAfter(step + 1) >= pace.plannedExamples() || step + 1 >= plan.plannedSteps();
    }

    @Override
    public @Nullable Double noiseScale() {
        return average.noiseScale();
    }

    @Override
    public boolean done(long step, @Nullable NoiseSample squares) {
        next = step + 1;
        if (squares != null) {
            average.add(squares);
        }
        List<Phase> phases = trajectory.phases();
        boolean settled = next - phases.get(phases.size() - 1).fromStep() >= pace.everySteps();
        Double scale = average.noiseScale();
        if (!settled || (scale == null && !average.isAllNoise())) {
            return false;
        }
        long now = trajectory.batchSizeAt(step);
        // Where no signal can be told the batch grows, but no further than by one factor at once.
        long wanted = wanted(now, scale == null ? now * pace.hysteresis() : pace.factor() * scale);
        trajectory = trajectory.then(next, wanted);
        return wanted != now;
    }

    /** By whole factors of the hysteresis towards what is asked for, within the bounds. */
    private long wanted(long now, double asked) {
        double size = now;
        while (asked >= size * pace.hysteresis() && size < pace.most()) {
            size *= pace.hysteresis();
        }
        while (asked <= size / pace.hysteresis() && size > pace.least()) {
            size /= pace.hysteresis();
        }
        return Math.max(pace.least(), Math.min(pace.most(), Math.round(size)));
    }

    @Override
    public double[] numbers() {
        List<Double> numbers = new ArrayList<>();
        for (double number : average.state()) {
            numbers.add(number);
        }
        for (Phase phase : trajectory.phases()) {
            numbers.add((double) phase.fromStep());
            numbers.add((double) phase.batchSize());
        }
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public void restore(long steps, double[] numbers) {
        next = steps;
        average.restore(numbers, 0);
        trajectory = plan.geometry();
        for (int i = OWN_NUMBERS; i < numbers.length; i += 2) {
            trajectory = trajectory.then((long) numbers[i], (long) numbers[i + 1]);
        }
    }
}
