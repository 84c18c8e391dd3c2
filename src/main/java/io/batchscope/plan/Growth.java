package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.schedule.LearningRateSchedule.Stretched;
import io.batchscope.schedule.LearningRateSchedule.Stretched.Stretch;
import io.batchscope.units.BatchTrajectory;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch that grows at milestones, where a rate would fall (Smith et al. 2018).
 *
 * @param trajectory every batch size of the run
 * @param steps updates of the run
 * @param schedule the rate with it
 * @param cutAt milestones, from 0, at which the largest size leaves growth out
 */
record Growth(BatchTrajectory trajectory, long steps, LearningRateSchedule schedule, List<Integer> cutAt) {
    /** A milestone in the run that grows and in the one that does not. */
    private record Milestone(long step, long constantStep, double factor) {}

    /**
     * The growth of a run; milestones that do not fit become a problem.
     *
     * @param rates those of the run if its batch stayed
     */
    static Growth of(RecipeConfig recipe, Regime regime, Rates rates, List<String> problems) {
        GrowthConfig config = recipe.growth();
        List<Long> constant = Shapes.milestones(
                recipe, "batch-growth.milestones", config.milestones(), regime, rates.warmupSteps(), problems);
        long first = regime.geometry().batchSize();
        long most = most(config, first, regime.geometry().examples());
        BatchTrajectory trajectory = BatchTrajectory.constant(regime.geometry().examples(), first);
        List<Milestone> milestones = new ArrayList<>(List.of(new Milestone(0, 0, 1)));
        List<Integer> cutAt = new ArrayList<>();
        double wanted = first;
        for (int i = 0; i < constant.size(); i++) {
            wanted *= config.factor();
            long batch = Math.min(most, Math.round(wanted));
            if (batch < Math.round(wanted)) {
                cutAt.add(i);
            }
            long step = regime.inUpdates()
                    ? constant.get(i)
                    : trajectory.stepsForExamples(regime.geometry().examplesAfter(constant.get(i)));
            trajectory = trajectory.then(step, batch);
            milestones.add(new Milestone(step, constant.get(i), rateFactor(recipe, rates.capped(), batch, wanted)));
        }
        long steps = regime.inUpdates() ? regime.steps() : trajectory.stepsForExamples(regime.examples());
        return new Growth(
                within(trajectory, steps), steps, stretched(rates.schedule(), milestones, regime, steps), cutAt);
    }

    /** The largest size; never below the first. */
    static long most(GrowthConfig config, long first, long examples) {
        return Math.max(first, Math.min(examples, config.most().orElse(examples)));
    }

    /**
     * What the rate is multiplied by once the batch has grown. Kept: what the largest size leaves out of the growth is taken
     * off the rate, so that rate over batch size falls as planned. Scaled: by the rule, up to the cap.
     */
    private static double rateFactor(RecipeConfig recipe, double capped, long batch, double wanted) {
        if (!recipe.growth().scalesRate()) {
            return batch / wanted;
        }
        LearningRateConfig rate = recipe.learningRate();
        double scaled = rate.scaling().scale(rate.base(), rate.baseBatch(), batch);
        return rate.max().map(max -> Math.min(max, scaled)).orElse(scaled) / capped;
    }

    /** Without what begins only when the run has ended. */
    private static BatchTrajectory within(BatchTrajectory trajectory, long steps) {
        return new BatchTrajectory(
                trajectory.examples(),
                trajectory.phases().stream()
                        .filter(phase -> phase.fromStep() == 0 || phase.fromStep() < steps)
                        .toList());
    }

    /** From milestone to milestone the schedule is gone through evenly, so that it ends when the run does. */
    private static LearningRateSchedule stretched(
            LearningRateSchedule schedule, List<Milestone> milestones, Regime regime, long steps) {
        List<Stretch> stretches = new ArrayList<>();
        for (int i = 0; i < milestones.size(); i++) {
            Milestone from = milestones.get(i);
            boolean last = i == milestones.size() - 1;
            long nextStep = last ? steps : milestones.get(i + 1).step();
            long nextConstant = last ? regime.steps() : milestones.get(i + 1).constantStep();
            if (nextStep > from.step()) {
                double perUpdate = (double) (nextConstant - from.constantStep()) / (nextStep - from.step());
                stretches.add(new Stretch(from.step(), from.constantStep(), perUpdate, from.factor()));
            }
        }
        boolean plain = stretches.stream().allMatch(stretch -> stretch.perUpdate() == 1 && stretch.factor() == 1);
        return plain ? schedule : new Stretched(schedule, stretches);
    }
}
