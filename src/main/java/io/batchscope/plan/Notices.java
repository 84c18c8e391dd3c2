package io.batchscope.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a plan does that a person may not expect. */
final class Notices {
    private Notices() {}

    static List<String> of(StudyConfig config, List<Course> courses) {
        List<String> notices = new ArrayList<>();
        for (RecipeConfig recipe : config.recipes()) {
            addCapped(recipe, courses, notices);
        }
        int workers = config.sync().workers().orElse(1);
        List<String> idle = courses.stream()
                .filter(course -> course.batchSize() < workers)
                .map(course -> Long.toString(course.batchSize()))
                .distinct()
                .toList();
        if (!idle.isEmpty()) {
            notices.add("batch size " + String.join(", ", idle) + " keeps only some of " + workers
                    + " workers busy; sync.workers = auto chooses by batch size");
        }
        return notices;
    }

    /** Recipes with ghost batches for a model that has nothing to take statistics of them. */
    static List<String> ofGhosts(StudyConfig config, ModelFacts model) {
        return config.recipes().stream()
                .map(recipe -> recipe.regularization().ghostBatch())
                .filter(ghosts -> ghosts > 0 && !model.normalizes())
                .distinct()
                .map(ghosts ->
                        "ghost batch " + ghosts + " (study.regularization.ghost-batch) only makes micro-batches that"
                                + " small: model " + model.description() + " has no batch normalization")
                .toList();
    }

    private static void addCapped(RecipeConfig recipe, List<Course> courses, List<String> notices) {
        List<Course> capped = courses.stream()
                .filter(course -> course.recipe().equals(recipe) && course.peak() < course.scaled())
                .toList();
        if (!capped.isEmpty()) {
            String asked = capped.stream()
                    .map(course -> course.batchSize() + " (scaled "
                            + String.format(Locale.ROOT, "%.4g", course.scaled()) + ")")
                    .collect(Collectors.joining(", "));
            notices.add("learning rate capped at " + recipe.learningRate().max().orElseThrow() + " for batch size "
                    + asked);
        }
    }
}
