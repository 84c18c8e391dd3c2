package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.OptimizerSettings;
import io.batchscope.scaling.MomentScaling.Moments;
import java.util.List;
import java.util.Locale;

/** A recipe's update rule at other batch sizes than the base batch. */
final class ScaledOptimizer {
    private ScaledOptimizer() {}

    /**
     * The update rule for a batch size; decays that the scaling makes negative are a problem.
     *
     * @param peak the rate after scaling, cap and factor of a search
     */
    static OptimizerConfig of(RecipeConfig recipe, long batchSize, double peak, List<String> problems) {
        OptimizerSettings settings = recipe.optimizer();
        OptimizerConfig base = settings.base();
        Moments moments = moments(recipe, batchSize);
        if (least(moments) < 0) {
            problems.add("batch size " + batchSize + " (study.batch-sizes): must not exceed " + largestBatch(recipe)
                    + " with moment-scaling = sde (" + recipe.key("optimizer") + "), which makes a beta "
                    + String.format(Locale.ROOT, "%.4g", least(moments))
                    + " there; remove it, or use moment-scaling = half-life");
        }
        return new OptimizerConfig(
                base.name(),
                base.momentum(),
                settings.decay()
                        .scale(
                                base.weightDecay(),
                                ratio(recipe, batchSize),
                                peak / recipe.learningRate().base()),
                moments.beta1(),
                moments.beta2(),
                moments.epsilon(),
                base.trustCoefficient(),
                base.decaysAll(),
                base.clipNorm());
    }

    private static double ratio(RecipeConfig recipe, long batchSize) {
        return (double) batchSize / recipe.learningRate().baseBatch();
    }

    private static Moments moments(RecipeConfig recipe, long batchSize) {
        OptimizerConfig base = recipe.optimizer().base();
        return recipe.optimizer()
                .moments()
                .scale(new Moments(base.beta1(), base.beta2(), base.epsilon()), ratio(recipe, batchSize));
    }

    private static double least(Moments moments) {
        return Math.min(moments.beta1(), moments.beta2());
    }

    /** The largest batch size that leaves both decays at 0 or above: where κ·(1 − β) = 1. */
    private static long largestBatch(RecipeConfig recipe) {
        OptimizerConfig base = recipe.optimizer().base();
        long batch = (long) Math.ceil(recipe.learningRate().baseBatch() / (1 - Math.min(base.beta1(), base.beta2())));
        while (least(moments(recipe, batch)) < 0) {
            batch--;
        }
        return batch;
    }
}
