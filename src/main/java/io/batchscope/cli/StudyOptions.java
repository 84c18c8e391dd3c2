package io.batchscope.cli;

import io.batchscope.config.ConfigLoader;
import io.batchscope.config.LoadedConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command that takes a study's configuration shares. */
final class StudyOptions {
    @Parameters(index = "0", paramLabel = "CONF", description = "The study's configuration (HOCON).")
    private Path configuration;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a setting, such as --set batch-sizes=[64,512] or --set learning-rate.base=0.1.")
    private List<String> sets = new ArrayList<>();

    LoadedConfig load() {
        return ConfigLoader.load(configuration, sets);
    }
}
