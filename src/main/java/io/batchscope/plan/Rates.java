package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.schedule.LearningRateSchedule.ConstantWarmup;
import io.batchscope.schedule.LearningRateSchedule.ExponentialWarmup;
import io.batchscope.schedule.LearningRateSchedule.Joined;
import io.batchscope.schedule.LearningRateSchedule.LinearWarmup;
import java.util.List;

/**
 * The learning rate of a run as if its batch size stayed.
 *
 * @param scaled the rate before the cap and the factor
 * @param capped the rate after the cap, before the factor
 * @param factor what a search for the best rate multiplies all of the schedule by; 1 without one
 * @param peak the capped rate times the factor, which warmup ends at
 */
record Rates(
        double scaled, double capped, double factor, double peak, long warmupSteps, LearningRateSchedule schedule) {
    /**
     * Resolves the rate; what does not fit the run's length becomes a problem. Whether there is a warmup does not depend on
     * the factor, so that all schedules of a search have the same shape.
     */
    static Rates of(RecipeConfig recipe, Regime regime, double factor, List<String> problems) {
        LearningRateConfig rate = recipe.learningRate();
        double scaled = rate.scaling()
                .scale(rate.base(), rate.baseBatch(), regime.geometry().batchSize());
        double capped = rate.max().map(max -> Math.min(max, scaled)).orElse(scaled);
        double first = rate.warmup().fromFactor().map(share -> share * capped).orElse(rate.base());
        long warmupSteps = warmupSteps(recipe, first, capped, regime, problems);
        double peak = factor * capped;
        LearningRateSchedule shape = new Shapes(recipe, regime, peak, warmupSteps).shape(problems);
        return new Rates(
                scaled,
                capped,
                factor,
                peak,
                warmupSteps,
                warmupSteps == 0
                        ? shape
                        : new Joined(warmup(rate, factor * first, peak, warmupSteps), warmupSteps, shape));
    }

    boolean isCapped() {
        return capped < scaled;
    }

    /** None where the rate need not rise: without a first rate of its own, warmup is the way from the base rate up. */
    private static long warmupSteps(
            RecipeConfig recipe, double first, double capped, Regime regime, List<String> problems) {
        LearningRateConfig rate = recipe.learningRate();
        if (first >= capped || rate.schedule().shape() == ScheduleConfig.Shape.PIECES) {
            return 0;
        }
        long warmup = regime.updates(rate.warmup().length());
        if (warmup >= regime.steps()) {
            problems.add("warmup of " + rate.warmup().length() + " (" + recipe.key("learning-rate.warmup")
                    + "): must be shorter than the run, but at batch size "
                    + regime.geometry().batchSize() + " it takes " + warmup + " of " + regime.steps()
                    + " updates; shorten it, or raise study.budget");
            return 0;
        }
        return warmup;
    }

    private static LearningRateSchedule warmup(LearningRateConfig rate, double first, double peak, long steps) {
        return switch (rate.warmup().rise()) {
            case LINEAR -> new LinearWarmup(first, peak, steps);
            case CONSTANT -> new ConstantWarmup(first, peak, steps);
            case EXPONENTIAL -> new ExponentialWarmup(first, peak, steps);
        };
    }

    /** Whether the rate falls towards the end, so that where a run ends matters. */
    static boolean decays(ScheduleConfig schedule) {
        return schedule.shape() != Shape.CONSTANT;
    }
}
