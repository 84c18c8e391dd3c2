package io.batchscope.cli;

import io.batchscope.config.LoadedConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands that train share. */
final class TrainingOptions {
    @Mixin
    private StudyOptions study;

    @Option(names = "--fresh", description = "Starts again; results that are there are moved aside.")
    private boolean fresh;

    LoadedConfig load() {
        return study.load();
    }

    boolean fresh() {
        return fresh;
    }
}
