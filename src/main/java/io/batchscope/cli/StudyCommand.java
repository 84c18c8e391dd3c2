package io.batchscope.cli;

import io.batchscope.config.LoadedConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Trains every run of a study that is not done yet, and reports. */
@Command(
        name = "study",
        description = "Trains at every batch size, measures, and reports; goes on where it stopped.",
        footer = "Writes Parquet tables, models, status.json and report.html to study.output.")
final class StudyCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Override
    public Integer call() {
        LoadedConfig loaded = options.load();
        return StudyRun.execute(loaded, options.fresh());
    }
}
