package io.batchscope.study;

import io.batchscope.plan.RunPlan;
import io.batchscope.units.BatchTrajectory;
import io.batchscope.units.BatchTrajectory.Phase;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * What an update takes on one worker: the gradients of its micro-batches, with making these ready, and applying their sum.
 * Both are known for a few sizes, lie on straight lines between them, and go on straight beyond the last two. Sums over
 * workers are not in it.
 *
 * @param points at least one, in ascending order of examples
 * @param evaluationSecondsPerExample what measuring the loss of an example takes
 */
public record StepTime(List<Point> points, double evaluationSecondsPerExample) implements Serializable {
    /** Where noise decides the pace, a batch falls into so many micro-batches at least ({@code train.MicroBatches}). */
    private static final int PARTS_FOR_NOISE = 8;

    /**
     * What was measured with one size.
     *
     * @param examples of the micro-batch
     * @param gradientSeconds for its gradient
     * @param updateSeconds for the update after it
     */
    public record Point(int examples, double gradientSeconds, double updateSeconds) implements Serializable {}

    public StepTime {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a step time needs a measured size at least");
        }
    }

    /**
     * The mean of what several workers measured at the same time, at the sizes that all of them have.
     *
     * @param measured at least one
     */
    public static StepTime mean(List<StepTime> measured) {
        List<Point> points = new ArrayList<>();
        int sizes = measured.stream().mapToInt(time -> time.points.size()).min().orElseThrow();
        for (int i = 0; i < sizes; i++) {
            int at = i;
            points.add(new Point(
                    measured.get(0).points.get(at).examples,
                    mean(measured.stream().mapToDouble(time -> time.points.get(at).gradientSeconds)),
                    mean(measured.stream().mapToDouble(time -> time.points.get(at).updateSeconds))));
        }
        return new StepTime(points, mean(measured.stream().mapToDouble(StepTime::evaluationSecondsPerExample)));
    }

    private static double mean(DoubleStream values) {
        return values.average().orElseThrow();
    }

    /**
     * An update of so many examples on one worker, in so many micro-batches.
     *
     * @param share examples; may be a mean over several updates
     */
    public double updateSeconds(double share, long microBatches) {
        double size = share / microBatches;
        int upper = 1;
        while (upper < points.size() - 1 && points.get(upper).examples < size) {
            upper++;
        }
        if (points.size() == 1) {
            Point only = points.get(0);
            return microBatches * only.gradientSeconds * Math.max(1, size / only.examples) + only.updateSeconds;
        }
        Point low = points.get(upper - 1);
        Point high = points.get(upper);
        double part = (size - low.examples) / (high.examples - low.examples);
        double gradient = Math.max(0, low.gradientSeconds + part * (high.gradientSeconds - low.gradientSeconds));
        // Applying a gradient does not know of examples; sizes only differ in what they leave in the processor's
        // caches.
        double within = Math.max(0, Math.min(1, part));
        return microBatches * gradient + low.updateSeconds + within * (high.updateSeconds - low.updateSeconds);
    }

    /** Expected training time of a run, evaluations apart; where the pace measures, the most that it may take. */
    public double seconds(RunPlan plan) {
        return plan.plannedExamples() == plan.geometry().examplesAfter(plan.plannedSteps())
                ? seconds(plan, plan.geometry(), plan.plannedSteps())
                : seconds(plan, plan.plannedSteps(), plan.plannedExamples());
    }

    /** Expected training time of the first {@code steps} updates, in batches of these sizes. */
    public double seconds(RunPlan plan, BatchTrajectory trajectory, long steps) {
        double seconds = 0;
        List<Phase> phases = trajectory.phases();
        for (int i = 0; i < phases.size(); i++) {
            long from = Math.min(steps, phases.get(i).fromStep());
            long to = i + 1 < phases.size() ? Math.min(steps, phases.get(i + 1).fromStep()) : steps;
            seconds += seconds(plan, to - from, trajectory.examplesAfter(to) - trajectory.examplesAfter(from));
        }
        return seconds;
    }

    /** Updates of the same size, but for the last ones of epochs. */
    private double seconds(RunPlan plan, long steps, long examples) {
        if (steps <= 0) {
            return 0;
        }
        double share = Math.max(1, (double) examples / steps / plan.workers());
        long microBatches = (long) Math.ceil(share / plan.microBatch());
        if (plan.pace().measuresNoise()) {
            long least = (PARTS_FOR_NOISE + plan.workers() - 1L) / plan.workers();
            microBatches = Math.max(microBatches, Math.min(least, (long) share));
        }
        return steps * updateSeconds(share, microBatches);
    }

    /**
     * Expected time of a run's evaluations: of the validation split before the first update, every so many and after the
     * last one, of the others in the end.
     */
    public double evaluationSeconds(RunPlan plan, long validationExamples, long testExamples) {
        long validations = 1 + (plan.plannedSteps() + plan.evaluateEvery() - 1) / plan.evaluateEvery();
        long examples = validations * validationExamples + plan.trainExamples() + testExamples;
        return evaluationSecondsPerExample * examples / plan.workers();
    }
}
