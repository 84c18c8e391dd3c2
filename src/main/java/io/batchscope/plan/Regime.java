package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.BudgetConfig.Equal;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.EpochGeometry;
import io.batchscope.units.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long a run is, and what durations mean in it, as if its batch size stayed.
 *
 * @param geometry epochs of the run
 * @param counted epochs that durations are counted in: the run's own or those of the base batch
 * @param steps updates of the run
 * @param inUpdates whether batch sizes are compared after equal updates, not equal examples
 */
record Regime(EpochGeometry geometry, EpochGeometry counted, long steps, boolean inUpdates) {
    /** A duration in updates. */
    long updates(Span span) {
        return span.toSteps(counted, steps);
    }

    /** Examples of the whole run. */
    long examples() {
        return geometry.examplesAfter(steps);
    }

    /** What a budget means at one batch size; where it needs a base batch that the data does not have, that is a problem. */
    static Regime of(RecipeConfig recipe, EpochGeometry geometry, List<String> problems) {
        BudgetConfig budget = recipe.budget();
        boolean steps = budget.length().unit() == Span.Unit.STEPS;
        Optional<Equal> equal = budget.equal();
        if (equal.isEmpty() || (equal.get() == Equal.EPOCHS && !steps)) {
            return new Regime(geometry, geometry, length(budget, geometry), steps);
        }
        EpochGeometry base = base(recipe, geometry, problems);
        return switch (equal.get()) {
            case EPOCHS -> equalEpochs(budget, geometry, base);
            case UPDATES -> equalUpdates(budget, geometry, base);
            case TARGET -> {
                Regime epochs = equalEpochs(budget, geometry, base);
                Regime updates = equalUpdates(budget, geometry, base);
                yield updates.steps() > epochs.steps() ? updates : epochs;
            }
        };
    }

    /**
     * That of a run of AdaScale whose schedule is the base batch's and that ends when this has (Johnson et al. 2020,
     * algorithm 1).
     */
    static Regime ofBase(RecipeConfig recipe, EpochGeometry geometry, List<String> problems) {
        EpochGeometry base = base(recipe, geometry, problems);
        return new Regime(geometry, base, length(recipe.budget(), base), false);
    }

    /**
     * What distances between evaluations are taken of. A run that ends at its target may be far shorter than its limit, so
     * there it is the shorter of equal epochs and equal updates: an arrival is only seen at an evaluation.
     */
    static Regime observed(RecipeConfig recipe, Regime regime) {
        BudgetConfig budget = recipe.budget();
        if (!budget.equal().equals(Optional.of(Equal.TARGET))) {
            return regime;
        }
        EpochGeometry base = base(recipe, regime.geometry(), new ArrayList<>());
        Regime epochs = equalEpochs(budget, regime.geometry(), base);
        Regime updates = equalUpdates(budget, regime.geometry(), base);
        return updates.steps() < epochs.steps() ? updates : epochs;
    }

    private static Regime equalEpochs(BudgetConfig budget, EpochGeometry geometry, EpochGeometry base) {
        long examples = base.examplesAfter(budget.length().toSteps(base, 0));
        long steps = budget.length().unit() == Span.Unit.STEPS
                ? geometry.stepsForExamples(examples)
                : budget.length().toSteps(geometry, 0);
        return new Regime(geometry, geometry, Math.max(1, Math.max(budget.minUpdates(), steps)), false);
    }

    private static Regime equalUpdates(BudgetConfig budget, EpochGeometry geometry, EpochGeometry base) {
        return new Regime(geometry, base, length(budget, base), true);
    }

    private static long length(BudgetConfig budget, EpochGeometry geometry) {
        return Math.max(1, Math.max(budget.minUpdates(), budget.length().toSteps(geometry, 0)));
    }

    private static EpochGeometry base(RecipeConfig recipe, EpochGeometry geometry, List<String> problems) {
        long baseBatch = recipe.learningRate().baseBatch();
        long examples = geometry.examples();
        if (baseBatch > examples) {
            boolean adascale = recipe.learningRate().scaling() == ScalingRule.ADASCALE;
            problems.add("base batch " + baseBatch + " (" + recipe.key("learning-rate.base-batch")
                    + "): must not exceed the " + examples + " training examples used where "
                    + (adascale ? "scaling = adascale" : "budget.equal") + " counts its updates; lower it");
        }
        return new EpochGeometry(examples, Math.min(baseBatch, examples));
    }
}
