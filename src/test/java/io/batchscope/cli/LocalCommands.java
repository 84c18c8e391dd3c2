package io.batchscope.cli;

import io.batchscope.result.StudyTables;
import io.batchscope.spark.ParquetResultStore;
import io.batchscope.testing.Processes;
import io.batchscope.testing.Processes.Finished;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * {@code submit/local.sh} with data and results in a directory of a test.
 *
 * @param spark reads the tables
 */
record LocalCommands(Path directory, SparkSession spark) {
    static final Duration LIMIT = Duration.ofMinutes(3);

    StudyTables tables() {
        try (ParquetResultStore store = ParquetResultStore.forReading(
                spark, directory.resolve("results").toString())) {
            return store.read();
        }
    }

    /** The command line of a command on the smallest study. */
    List<String> line(String command, String... options) {
        List<String> line = new ArrayList<>(List.of("submit/local.sh", command, "conf/smoke.conf"));
        line.addAll(List.of(
                "--set", "data.path=\"" + directory.resolve("data") + "\"",
                "--set", "output=\"" + directory.resolve("results") + "\""));
        line.addAll(List.of(options));
        return line;
    }

    Finished smoke(String command, String... options) throws IOException, InterruptedException {
        return Processes.run(line(command, options), Path.of("").toAbsolutePath(), environment(), LIMIT);
    }

    Finished local(String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("submit/local.sh"));
        line.addAll(List.of(arguments));
        return Processes.run(line, Path.of("").toAbsolutePath(), environment(), LIMIT);
    }

    static Map<String, String> environment() {
        return Map.of("BATCHSCOPE_JAVA_OPTS", "-Xmx1g", "BATCHSCOPE_MASTER", "local[2]");
    }
}
