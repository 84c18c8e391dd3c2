package io.batchscope.plan;

import io.batchscope.plan.OptimizerConfig.Name;
import io.batchscope.plan.RecipeConfig.BudgetConfig.Equal;
import io.batchscope.plan.RecipeConfig.GrowthConfig.By;
import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Checks the values of a recipe against each other, and the recipe against the study. */
record RecipeProblems(StudyConfig config, RecipeConfig recipe, List<String> problems) {
    /** Adds every problem that does not depend on the batch size. */
    static void add(StudyConfig config, RecipeConfig recipe, List<String> problems) {
        RecipeProblems of = new RecipeProblems(config, recipe, problems);
        of.addCap();
        of.addTarget();
        of.addMoments();
        if (recipe.learningRate().scaling() == ScalingRule.ADASCALE) {
            of.addAdaScale();
        }
        if (recipe.growth().by() == By.NOISE) {
            of.addNoise();
        }
    }

    static boolean isEqualEpochs(RecipeConfig recipe) {
        return recipe.budget().equal().equals(Optional.of(Equal.EPOCHS));
    }

    private void addCap() {
        LearningRateConfig rate = recipe.learningRate();
        rate.max()
                .filter(max -> max < rate.base())
                .ifPresent(max -> problems.add("cap " + max + " (" + recipe.key("learning-rate.max")
                        + "): must be at least the base rate, but that is " + rate.base()
                        + "; raise the cap or lower " + recipe.key("learning-rate.base")));
    }

    private void addTarget() {
        if (recipe.budget().equal().equals(Optional.of(Equal.TARGET))
                && config.target().isEmpty()) {
            problems.add("equal = target (" + recipe.key("budget.equal")
                    + "): needs a target, but study.target.value is not set; set it");
        }
    }

    private void addMoments() {
        Name rule = recipe.optimizer().base().name();
        if (recipe.optimizer().decay() == DecayScaling.TIMESCALE && (rule == Name.ADAM || rule.isLayerWise())) {
            problems.add("weight-decay-scaling = timescale (" + recipe.key("optimizer.weight-decay-scaling")
                    + "): must go with sgd, nesterov or adamw, where weights shrink by rate times decay, but the optimizer"
                    + " is " + label(rule) + "; use none, linear or sqrt");
        }
        if (recipe.optimizer().moments() == MomentScaling.SDE
                && recipe.learningRate().scaling() != ScalingRule.SQRT) {
            problems.add("moment-scaling = sde (" + recipe.key("optimizer.moment-scaling")
                    + "): must go with learning-rate.scaling = sqrt, of which it is a part (Malladi et al. 2022), but"
                    + " that is " + label(recipe.learningRate().scaling()) + "; set it to sqrt, or use half-life");
        }
    }

    private void addAdaScale() {
        String adascale = "scaling = adascale (" + recipe.key("learning-rate.scaling") + "): ";
        Name name = recipe.optimizer().base().name();
        if (name != Name.SGD && name != Name.NESTEROV) {
            problems.add(adascale + "must go with optimizer sgd or nesterov, but that is " + label(name)
                    + "; change optimizer.name, or use scaling = sqrt");
        }
        if (recipe.budget().equal().equals(Optional.of(Equal.UPDATES))) {
            problems.add(adascale + "must not go with budget.equal = updates, as it decides how many updates a run has;"
                    + " use null, epochs or target");
        }
        if (recipe.growth().by() != By.NONE) {
            problems.add(adascale + "must not go with a batch that grows, but batch-growth.by = "
                    + label(recipe.growth().by()) + "; use one of them");
        }
        if (recipe.optimizer().decay() == DecayScaling.TIMESCALE) {
            problems.add(adascale + "must not go with weight-decay-scaling = timescale, as what the rate is multiplied"
                    + " by is not known before; use none, linear or sqrt");
        }
        if (recipe.learningRate().max().isPresent()) {
            problems.add(adascale + "must not go with max (" + recipe.key("learning-rate.max")
                    + "), as the gain that is" + " measured is not cut off; remove it (in a recipe: max = null)");
        }
        if (recipe.budget().minUpdates() > 0) {
            problems.add(adascale + "must not go with min-updates (" + recipe.key("budget.min-updates")
                    + "), as the gain" + " decides how many updates there are; set it to 0");
        }
        boolean single =
                config.batchSizes().stream().anyMatch(batch -> batch.size().orElse(2) == 1);
        if (single && recipe.learningRate().baseBatch() != 1) {
            problems.add("batch size 1 (study.batch-sizes): must be at least 2 with scaling = adascale ("
                    + recipe.key("learning-rate.scaling")
                    + "), which measures how examples differ within a batch; remove it");
        }
    }

    private void addNoise() {
        String noise = "batch-growth by noise (" + recipe.key("batch-growth.by") + "): ";
        boolean steps = recipe.budget().length().unit() == Span.Unit.STEPS;
        Optional<Equal> equal = recipe.budget().equal();
        if (equal.equals(Optional.of(Equal.UPDATES)) || (steps && equal.isEmpty())) {
            problems.add(noise + "must have a budget of examples, but that is counted in updates, whose size is not"
                    + " known before; use budget.epochs, budget.examples or budget.equal = epochs");
        }
        if (recipe.growth().scalesRate() && recipe.learningRate().max().isPresent()) {
            problems.add(noise + "must have no cap on the rate where that follows the batch (learning-rate.max = "
                    + recipe.learningRate().max().get()
                    + "); cap the batch (batch-growth.max), or use batch-growth.rate = keep");
        }
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
