package io.batchscope.cli;

import io.batchscope.config.LoadedConfig;
import io.batchscope.plan.PlanException;
import io.batchscope.plan.RecipeConfig;
import io.batchscope.plan.StudyConfig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Trains one run and keeps the model. */
@Command(
        name = "train",
        description = "Trains one run (one batch size, one seed, one mode, one recipe) and keeps the model.",
        footer = "The model is written to <study.output>/models/<run_id>.zip in Deeplearning4j's format.")
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Override
    public Integer call() {
        LoadedConfig loaded = options.load();
        requireOneRun(loaded.config());
        return StudyRun.execute(loaded, options.fresh());
    }

    /** @throws PlanException if there is more than one of anything that makes a run */
    static void requireOneRun(StudyConfig config) {
        int modes = config.sync().modes().size();
        int recipes = config.recipes().size();
        requireOneNumberOfWorkers(config.sync().workers());
        if (config.batchSizes().size() * config.seeds().size() * modes * recipes != 1) {
            throw new PlanException(List.of("train (study.batch-sizes, study.seeds, study.sync.compare, study.recipes):"
                    + " takes one batch size, one seed, one mode and one recipe, but the configuration has "
                    + config.batchSizes().size() + ", " + config.seeds().size() + ", " + modes + " and " + recipes
                    + "; use 'study', or --set batch-sizes=[64] --set seeds=[1]"
                    + (modes == 1 ? "" : " --set sync.mode=synchronous")
                    + (recipes == 1 ? "" : " --set recipes=[]")));
        }
        requireOneRate(config.recipes().get(0));
    }

    private static void requireOneNumberOfWorkers(List<Integer> workers) {
        if (workers.size() > 1) {
            throw new PlanException(List.of("train (study.sync.workers): takes one number of workers, but the"
                    + " configuration has " + workers.size() + ", " + workers + "; use 'study', or --set sync.workers="
                    + workers.get(0)));
        }
    }

    private static void requireOneRate(RecipeConfig recipe) {
        List<Double> factors = recipe.learningRate().searchFactors();
        if (factors.size() > 1) {
            throw new PlanException(List.of("train (" + recipe.key("learning-rate.search.factors")
                    + "): takes one learning rate, but the configuration has " + factors.size()
                    + " multiples of it to search, " + factors + "; use 'study', or "
                    + (recipe.name().isEmpty()
                            ? "--set learning-rate.search.factors=[1]"
                            : "give recipe " + recipe.name() + " one factor")));
        }
    }
}
