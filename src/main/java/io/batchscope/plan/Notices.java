package io.batchscope.plan;

import io.batchscope.scaling.ScalingRule;
import java.util.ArrayList;
import java.util.List;

/** What a plan does that a person may not expect. */
final class Notices {
    private Notices() {}

    static List<String> of(StudyConfig config, List<Course> courses) {
        List<String> notices = new ArrayList<>(RecipeNotices.of(config, courses));
        int workers = config.sync().mostWorkers();
        List<String> idle = courses.stream()
                .filter(course -> course.batchSize() < workers)
                .map(course -> Long.toString(course.batchSize()))
                .distinct()
                .toList();
        if (!idle.isEmpty()) {
            notices.add("batch size " + String.join(", ", idle) + " keeps only some of " + workers
                    + " workers busy; sync.workers = auto chooses by batch size");
        }
        List<Integer> numbers = config.sync().workers();
        if (numbers.size() > 1 && numbers.contains(1) && config.order() != RunOrder.SEED_BY_SEED) {
            notices.add(
                    "runs of one worker (study.sync.workers) go side by side where there are slots, those of more one after"
                            + " the other, so that their times do not compare; --set order=seed-by-seed trains one at a time");
        }
        if (config.data().labelNoise() > 0) {
            notices.add(
                    "label noise " + config.data().labelNoise() + " (study.data.label-noise) gives training examples a"
                            + " wrong label with that probability: training loss and accuracy are of the labels as trained on,"
                            + " validation and test of true ones");
        }
        return notices;
    }

    /** A switch of the CUDA replica where another trains. */
    static List<String> ofTensorFloat32(StudyConfig config, ReplicaKind replica) {
        return config.gpu().tf32() && replica != ReplicaKind.CUDA
                ? List.of("gpu.tf32 (study.gpu.tf32) changes nothing: it is of replica cuda, and " + replica.label()
                        + " trains")
                : List.of();
    }

    /** Where noise is measured, batch normalization sees parts of a batch. */
    static List<String> ofMeasuredNormalization(StudyConfig config, ModelFacts model) {
        return config.recipes().stream()
                .filter(recipe -> model.normalizes() && recipe.regularization().ghostBatch() == 0)
                .filter(recipe -> recipe.learningRate().scaling() == ScalingRule.ADASCALE
                        || recipe.growth().by() == RecipeConfig.GrowthConfig.By.NOISE)
                .map(recipe -> (recipe.name().isEmpty() ? "" : "recipe " + recipe.name() + ": ")
                        + "noise is measured between at least eight parts of a batch, and batch normalization takes its"
                        + " statistics of each part; set regularization.ghost-batch in all recipes to keep them alike")
                .toList();
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
}
