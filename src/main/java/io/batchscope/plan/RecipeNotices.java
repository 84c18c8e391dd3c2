package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.BudgetConfig.Equal;
import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.GrowthConfig.By;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a recipe does that a person may not expect.
 *
 * @param courses of the recipe
 */
record RecipeNotices(RecipeConfig recipe, List<Course> courses, List<String> notices) {
    static List<String> of(StudyConfig config, List<Course> courses) {
        List<String> notices = new ArrayList<>();
        for (RecipeConfig recipe : config.recipes()) {
            List<Course> own = courses.stream()
                    .filter(course -> course.recipe().equals(recipe))
                    .toList();
            RecipeNotices of = new RecipeNotices(recipe, own, notices);
            of.addCapped();
            of.addUnequal();
            of.addEqualTarget();
            of.addMeasured();
            of.addMoments();
            of.addCappedMoments();
            of.addGrowth();
        }
        addSame(config.recipes(), courses, notices);
        return notices;
    }

    private void add(String notice) {
        notices.add(recipe.name().isEmpty() ? notice : "recipe " + recipe.name() + ": " + notice);
    }

    private String batches(Predicate<Course> which) {
        return courses.stream()
                .filter(which)
                .map(course -> Long.toString(course.batchSize()))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private void addCapped() {
        String asked = courses.stream()
                .filter(course -> course.rates().isCapped())
                .map(course -> course.batchSize() + " (scaled "
                        + String.format(Locale.ROOT, "%.4g", course.rates().scaled()) + ")")
                .distinct()
                .collect(Collectors.joining(", "));
        if (!asked.isEmpty()) {
            add("learning rate capped at " + recipe.learningRate().max().orElseThrow() + " for batch size " + asked);
        }
        String beyond =
                batches(course -> course.rates().isCapped() && course.rates().factor() > 1);
        if (!beyond.isEmpty()) {
            add("learning-rate.search multiplies the capped rate, so factors above 1 go beyond learning-rate.max for"
                    + " batch size " + beyond);
        }
    }

    /** The rule of least updates makes what is meant to be equal unequal. */
    private void addUnequal() {
        RecipeConfig.BudgetConfig budget = recipe.budget();
        if (budget.minUpdates() == 0 || budget.equal().isEmpty()) {
            return;
        }
        String longer = batches(
                course -> !course.regime().inUpdates() && course.regime().steps() == budget.minUpdates());
        if (!longer.isEmpty() && recipe.learningRate().scaling() != ScalingRule.ADASCALE) {
            add("budget.min-updates = " + budget.minUpdates() + " lets batch size " + longer
                    + " see more examples than others, although budget.equal = "
                    + budget.equal().get().name().toLowerCase(Locale.ROOT));
        }
    }

    private void addEqualTarget() {
        if (recipe.budget().equal().equals(Optional.of(Equal.TARGET))
                && Rates.decays(recipe.learningRate().schedule())) {
            add(
                    "budget.equal = target ends runs at their target, but the schedule decays over the longest that they may"
                            + " last, so a run that arrives early has not decayed; schedule = constant compares them alike");
        }
    }

    private void addMeasured() {
        String scaled = batches(course -> course.pace().measuresNoise());
        if (scaled.isEmpty()) {
            return;
        }
        if (recipe.growth().by() == By.NOISE) {
            add(
                    "how large batches are, and with that rates and the number of updates, is only known at run time; steps are"
                            + " the most there can be");
        } else if (RecipeProblems.isEqualEpochs(recipe)) {
            add("AdaScale measures what the rate of batch size " + scaled
                    + " is multiplied by, from 1 to batch size over" + " base batch; rates are only known at run time");
        } else {
            add("AdaScale measures what the rate of batch size " + scaled
                    + " is multiplied by, and how many updates of the"
                    + " base batch each of its updates is worth; rates are only known at run time, and steps are the most"
                    + " there can be");
        }
    }

    private void addMoments() {
        boolean adam = recipe.optimizer().base().name() == OptimizerConfig.Name.ADAM
                || recipe.optimizer().base().name() == OptimizerConfig.Name.ADAMW;
        String others =
                batches(course -> course.batchSize() != recipe.learningRate().baseBatch());
        if (adam
                && recipe.learningRate().scaling() == ScalingRule.SQRT
                && recipe.optimizer().moments() == MomentScaling.NONE
                && !others.isEmpty()) {
            add("scaling = sqrt scales only the rate of Adam for batch size " + others + "; the rule of Malladi et al."
                    + " (2022) scales its betas and epsilon, too (optimizer.moment-scaling = sde)");
        }
    }

    private void addCappedMoments() {
        String capped = batches(course -> course.rates().isCapped() && course.batchSize() > 1);
        if (recipe.optimizer().moments() == MomentScaling.SDE && !capped.isEmpty()) {
            add(
                    "moment-scaling = sde scales betas and epsilon further than the capped rate for batch size "
                            + capped
                            + ", which is no longer the rule of Malladi et al. (2022); raise learning-rate.max, or use half-life");
        }
    }

    private void addGrowth() {
        GrowthConfig growth = recipe.growth();
        if (growth.by() == By.NONE) {
            return;
        }
        boolean scaled = recipe.optimizer().moments() != MomentScaling.NONE
                || recipe.optimizer().decay() != DecayScaling.NONE;
        if (scaled) {
            add("what the optimizer scales with the batch size stays as it is for the first one while the batch grows");
        }
        if (growth.scalesRate() && recipe.learningRate().scaling() == ScalingRule.NONE) {
            add("batch-growth.rate = scale leaves the rate as it is, as learning-rate.scaling = none");
        }
        String cut = courses.stream()
                .filter(course -> !course.cutAt().isEmpty())
                .map(course -> course.batchSize() + " (from " + milestone(growth, course) + ")")
                .distinct()
                .collect(Collectors.joining(", "));
        if (!cut.isEmpty()) {
            add("the batch grows no further than its largest size for batch size " + cut
                    + (growth.scalesRate() ? ", and the rate with it" : "; from there on the rate falls instead"));
        }
    }

    private static Span milestone(GrowthConfig growth, Course course) {
        return growth.milestones().get(course.cutAt().get(0));
    }

    private static String atFactor(RecipeConfig recipe, Course course) {
        return recipe.learningRate().searchFactors().isEmpty()
                ? ""
                : " (rate × " + course.rates().factor() + ")";
    }

    /** Recipes whose runs differ in nothing but the name. */
    private static void addSame(List<RecipeConfig> recipes, List<Course> courses, List<String> notices) {
        for (int i = 0; i < recipes.size(); i++) {
            for (int j = i + 1; j < recipes.size(); j++) {
                RecipeConfig first = recipes.get(i);
                RecipeConfig second = recipes.get(j);
                String same = courses.stream()
                        .filter(course -> course.recipe().equals(first))
                        .filter(course -> courses.stream()
                                .anyMatch(other -> other.recipe().equals(second) && other.trainsAs(course)))
                        .map(course -> course.batchSize() + atFactor(first, course))
                        .collect(Collectors.joining(", "));
                if (!same.isEmpty()) {
                    notices.add("recipes " + first.name() + " and " + second.name() + " are the same at batch size "
                            + same + "; both run there");
                }
            }
        }
    }
}
