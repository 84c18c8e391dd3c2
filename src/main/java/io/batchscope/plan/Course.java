package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.StudyConfig.EvaluationConfig;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.units.EpochGeometry;
import io.batchscope.units.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What all runs with one recipe and batch size have in common: length, rates, distances between observations.
 *
 * @param scaled the learning rate before the cap
 * @param peak the learning rate after it
 */
record Course(
        RecipeConfig recipe,
        EpochGeometry geometry,
        long steps,
        double scaled,
        double peak,
        long warmupSteps,
        LearningRateSchedule schedule,
        long evaluateEvery,
        int maxStepRows) {

    long batchSize() {
        return geometry.batchSize();
    }

    /** Resolves one batch size; what does not fit its length becomes a problem. */
    static Course of(RecipeConfig recipe, EvaluationConfig evaluation, EpochGeometry geometry, List<String> problems) {
        long steps = steps(recipe.budget(), geometry);
        LearningRateConfig rate = recipe.learningRate();
        double scaled = rate.scaling().scale(rate.base(), rate.baseBatch(), geometry.batchSize());
        double peak = rate.max().map(max -> Math.min(max, scaled)).orElse(scaled);
        long warmupSteps = warmupSteps(rate, peak, geometry, steps, problems);
        return new Course(
                recipe,
                geometry,
                steps,
                scaled,
                peak,
                warmupSteps,
                schedule(rate, peak, warmupSteps, geometry, steps, problems),
                Math.max(1, evaluation.every().toSteps(geometry, steps)),
                evaluation.maxStepRows());
    }

    /**
     * Updates between rows. Where workers are apart, there are also rows of agreements: at most one of each, and one in such
     * a distance.
     */
    long stepRowEvery(Synchronization synchronization) {
        long sampled = maxStepRows;
        if (synchronization instanceof Synchronization.ParameterAveraging averaging
                && averaging.longestRound(steps) > 1) {
            long every = averaging.everySteps();
            long rounds = (steps - averaging.afterSteps() + every - 1) / every;
            // One more is the last update's.
            sampled = Math.max(1, Math.max((maxStepRows - 1) / 2, maxStepRows - 1 - rounds));
        }
        return (steps + sampled - 1) / sampled;
    }

    private static long steps(BudgetConfig budget, EpochGeometry geometry) {
        return Math.max(1, Math.max(budget.minUpdates(), budget.length().toSteps(geometry, 0)));
    }

    /** None where the rate need not rise: warmup is the way from the base rate to a larger one. */
    private static long warmupSteps(
            LearningRateConfig rate, double peak, EpochGeometry geometry, long steps, List<String> problems) {
        if (peak <= rate.base()) {
            return 0;
        }
        long warmup = rate.warmup().length().toSteps(geometry, steps);
        if (warmup >= steps) {
            problems.add("warmup of " + rate.warmup().length()
                    + " (study.learning-rate.warmup): must be shorter than the run, but at batch size "
                    + geometry.batchSize() + " it takes " + warmup + " of " + steps
                    + " updates; shorten it, or raise study.budget");
            return 0;
        }
        return warmup;
    }

    private static LearningRateSchedule schedule(
            LearningRateConfig rate,
            double peak,
            long warmupSteps,
            EpochGeometry geometry,
            long steps,
            List<String> problems) {
        ScheduleConfig config = rate.schedule();
        long rest = steps - warmupSteps;
        double end = config.endFactor() * peak;
        LearningRateSchedule shape =
                switch (config.shape()) {
                    case CONSTANT -> new LearningRateSchedule.Constant(peak);
                    case COSINE -> new LearningRateSchedule.Cosine(peak, end, rest);
                    case POLYNOMIAL -> new LearningRateSchedule.Polynomial(peak, end, rest, config.power());
                    case STEP ->
                        new LearningRateSchedule.StepDecay(
                                peak, milestones(config, warmupSteps, geometry, steps, problems), config.stepFactor());
                    case WSD, PIECES -> throw new IllegalStateException("not planned yet");
                };
        return warmupSteps == 0
                ? shape
                : new LearningRateSchedule.Joined(
                        new LearningRateSchedule.LinearWarmup(rate.base(), peak, warmupSteps), warmupSteps, shape);
    }

    /** Milestones in updates after the warmup; they are asked for from the start of the run. */
    private static List<Long> milestones(
            ScheduleConfig config, long warmupSteps, EpochGeometry geometry, long steps, List<String> problems) {
        List<Long> milestones = new ArrayList<>();
        long previous = Math.max(0, warmupSteps - 1);
        boolean fits = true;
        for (Span span : config.milestones()) {
            long milestone = span.toSteps(geometry, steps);
            fits &= milestone > previous && milestone < steps;
            milestones.add(milestone - warmupSteps);
            previous = milestone;
        }
        if (fits) {
            return milestones;
        }
        String asked = config.milestones().stream().map(Span::toString).collect(Collectors.joining(", "));
        String inSteps = milestones.stream()
                .map(milestone -> Long.toString(milestone + warmupSteps))
                .collect(Collectors.joining(", "));
        problems.add("milestones " + asked + " (study.learning-rate.milestones): must ascend between the end of warmup"
                + " and the end of the run, but at batch size " + geometry.batchSize() + " they are updates " + inSteps
                + " of " + steps + " after " + warmupSteps + " of warmup; move them");
        return List.of();
    }
}
