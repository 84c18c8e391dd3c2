package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.GrowthConfig.By;
import io.batchscope.scaling.ScalingRule;
import java.util.ArrayList;
import java.util.List;

/** Which recipes the ways to synchronise can follow. */
final class RecipeModes {
    private RecipeModes() {}

    /** Combinations of a recipe and a mode that cannot be. */
    static List<String> problems(StudyConfig config) {
        List<String> problems = new ArrayList<>();
        List<SyncMode> modes = config.sync().modes().stream()
                .map(SyncModeConfig::mode)
                .distinct()
                .toList();
        for (SyncMode mode : modes) {
            for (RecipeConfig recipe : config.recipes()) {
                String where = mode.label() + " (study.sync): ";
                if (mode.isDeeplearning4j()) {
                    unknownToDeeplearning4j(recipe)
                            .forEach(what -> problems.add(where + "must train with what Deeplearning4j has, but that"
                                    + " has no " + what + "; change it, or use another mode"));
                } else if (mode != SyncMode.SYNCHRONOUS) {
                    measured(recipe)
                            .forEach(what -> problems.add(where + "must agree in every update to measure the noise of"
                                    + " the gradient for " + what + "; use synchronous, or another recipe"));
                }
            }
        }
        return problems;
    }

    private static List<String> unknownToDeeplearning4j(RecipeConfig recipe) {
        List<String> unknown = new ArrayList<>();
        OptimizerConfig optimizer = recipe.optimizer().base();
        if (optimizer.name() == OptimizerConfig.Name.SGD && optimizer.momentum() > 0) {
            unknown.add("heavy-ball momentum, which optimizer sgd with momentum " + optimizer.momentum() + " asks for ("
                    + recipe.key("optimizer.momentum") + ")");
        }
        if (optimizer.name().isLayerWise()) {
            unknown.add(optimizer.name().name() + " (" + recipe.key("optimizer.name") + ")");
        } else if (optimizer.weightDecay() > 0 && !optimizer.decaysAll()) {
            unknown.add("weight decay on weights alone (" + recipe.key("optimizer.weight-decay-on") + ")");
        }
        if (Double.isFinite(optimizer.clipNorm())) {
            unknown.add("clipping of the mean gradient (" + recipe.key("optimizer.clip-norm") + ")");
        }
        if (recipe.regularization().labelSmoothing() > 0) {
            unknown.add("label smoothing (" + recipe.key("regularization.label-smoothing") + ")");
        }
        if (recipe.regularization().ghostBatch() > 0) {
            unknown.add("ghost batches (" + recipe.key("regularization.ghost-batch") + ")");
        }
        if (recipe.growth().by() != By.NONE) {
            unknown.add("batch that grows (" + recipe.key("batch-growth.by") + ")");
        }
        if (recipe.learningRate().scaling() == ScalingRule.ADASCALE) {
            unknown.add("AdaScale (" + recipe.key("learning-rate.scaling") + ")");
        }
        return unknown;
    }

    private static List<String> measured(RecipeConfig recipe) {
        List<String> measured = new ArrayList<>();
        if (recipe.learningRate().scaling() == ScalingRule.ADASCALE) {
            measured.add("scaling = adascale (" + recipe.key("learning-rate.scaling") + ")");
        }
        if (recipe.growth().by() == By.NOISE) {
            measured.add("batch-growth by noise (" + recipe.key("batch-growth.by") + ")");
        }
        return measured;
    }
}
