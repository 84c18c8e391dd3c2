package io.batchscope.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Checks values against each other, and the study against its data and model. */
final class Combinations {
    private Combinations() {}

    /** Every problem that does not depend on the batch size. */
    static List<String> problems(StudyConfig config, DataFacts data, ModelFacts model) {
        List<String> problems = new ArrayList<>();
        if (data.trainExamples() < 1) {
            problems.add("data set " + config.data().path()
                    + " (study.data): must have training examples, but has none; prepare it again with a smaller"
                    + " validation and test fraction");
        }
        addModelProblems(config, data, model, problems);
        addTargetProblems(config, data, problems);
        for (RecipeConfig recipe : config.recipes()) {
            RecipeProblems.add(config, recipe, problems);
            addRegularizationProblems(config, recipe, data, model, problems);
        }
        ProbeProblems.add(config, data, model, problems);
        return problems;
    }

    private static void addModelProblems(StudyConfig config, DataFacts data, ModelFacts model, List<String> problems) {
        String what = "model " + model.description() + " (study.model): ";
        String path = config.data().path();
        if (model.inputs() != data.features()) {
            problems.add(what + "must take as many inputs as the data set " + path + " has features, but takes "
                    + model.inputs() + " and there are " + data.features() + "; use another model or data set");
        }
        if (model.task() != data.task()) {
            problems.add(what + "must do what the data set " + path + " is for, but does " + lower(model.task())
                    + " and the data set is for " + lower(data.task()) + "; use another model or data set");
        } else if (model.outputs() != data.outputs()) {
            String outputs = data.task() == Task.CLASSIFICATION ? " classes" : " target values";
            problems.add(what + "must have as many outputs as the data set " + path + " has" + outputs + ", but has "
                    + model.outputs() + " and there are " + data.outputs() + "; use another model or data set");
        }
    }

    private static void addTargetProblems(StudyConfig config, DataFacts data, List<String> problems) {
        if (config.target().isEmpty()) {
            return;
        }
        if (config.target().get().metric() == Target.Metric.VALIDATION_ACCURACY && data.task() == Task.REGRESSION) {
            problems.add("target validation-accuracy (study.target.metric): must suit the task, but regression has no"
                    + " accuracy; use validation-loss");
        }
        if (data.validationExamples() < 1) {
            problems.add("target (study.target): needs a validation split, but the data set "
                    + config.data().path() + " has none; prepare it with a validation fraction, or remove the target");
        }
    }

    private static void addRegularizationProblems(
            StudyConfig config, RecipeConfig recipe, DataFacts data, ModelFacts model, List<String> problems) {
        Regularization regularization = recipe.regularization();
        String smoothing = "label smoothing " + regularization.labelSmoothing() + " ("
                + recipe.key("regularization.label-smoothing") + "): ";
        if (regularization.labelSmoothing() > 0 && data.task() == Task.REGRESSION) {
            problems.add(smoothing + "must have classes to spread a label over, but the data set "
                    + config.data().path() + " is for regression; set it to 0");
        } else if (regularization.labelSmoothing() > 0 && !model.smoothable()) {
            problems.add(
                    smoothing + "must have a model that ends in softmax and cross-entropy without class weights, but "
                            + model.description() + " (study.model) does not; set it to 0 or use another model");
        }
        int ghosts = regularization.ghostBatch();
        int microBatch = config.sync().microBatch().orElse(Integer.MAX_VALUE);
        if (microBatch < ghosts) {
            problems.add("ghost batch " + ghosts
                    + " (" + recipe.key("regularization.ghost-batch") + "): must fit into a micro-batch, but"
                    + " that is at most " + microBatch + " (study.sync.micro-batch); lower the ghost batch or raise the"
                    + " micro-batch (--set sync.micro-batch=auto)");
        }
    }

    private static String lower(Task task) {
        return task.name().toLowerCase(Locale.ROOT);
    }
}
