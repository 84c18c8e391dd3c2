package io.batchscope.cli;

import io.batchscope.config.LoadedConfig;
import io.batchscope.plan.PlanException;
import io.batchscope.plan.StudyConfig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Trains one run and keeps the model. */
@Command(
        name = "train",
        description = "Trains one run (one batch size, one seed) and keeps the model.",
        footer = "The model is written to <study.output>/models/<run_id>.zip in Deeplearning4j's format.")
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Override
    public Integer call() {
        LoadedConfig loaded = options.load();
        StudyConfig config = loaded.config();
        int runs = config.batchSizes().size() * config.seeds().size();
        if (runs != 1) {
            throw new PlanException(
                    List.of("train (study.batch-sizes, study.seeds): takes one batch size and one seed, but"
                            + " the configuration has " + config.batchSizes().size() + " and "
                            + config.seeds().size()
                            + "; use 'study', or --set batch-sizes=[64] --set seeds=[1]"));
        }
        return StudyRun.execute(loaded, options.fresh());
    }
}
