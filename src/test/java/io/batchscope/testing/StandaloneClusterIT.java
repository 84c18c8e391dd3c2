package io.batchscope.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.testing.Processes.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code submit/standalone.sh} on a master and two workers of one core each, all in JVMs of their own. */
class StandaloneClusterIT {
    private static final Duration RUN_LIMIT = Duration.ofMinutes(6);
    /** A driver whose work is done must not hang on: Spark's non-daemon timers would keep it for a minute. */
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(30);

    private static @Nullable StandaloneCluster cluster;

    @TempDir
    Path directory;

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = StandaloneCluster.start(2, 1, "1g");
    }

    @AfterAll
    static void endCluster() {
        cluster().close();
    }

    @Test
    void aStudyLeavesTablesReportAndStatusAndExitsInTime() throws Exception {
        Finished run = submit("study", "conf/smoke.conf");
        Instant exit = Instant.now();

        assertSucceeded(run, exit);
        assertThat(parquetFiles("runs")).isNotEmpty();
        assertThat(parquetFiles("steps")).isNotEmpty();
        assertThat(parquetFiles("evals")).isNotEmpty();
        assertThat(directory.resolve("results/report.html")).isNotEmptyFile();
    }

    @Test
    void aRunSpansTwoExecutors() throws Exception {
        Finished run = submit("study", "conf/smoke.conf", "--set", "sync.workers=2", "--set", "batch-sizes=[33]");

        // Each executor has one core, so two workers that train together sit on two executors.
        assertSucceeded(run, Instant.now());
        assertThat(parquetFiles("runs")).isNotEmpty();
    }

    @Test
    void aBadConfigurationEndsWithTwo() throws Exception {
        Finished run = submit("study", "conf/smoke.conf", "--set", "batch-sises=[1]");

        assertThat(run.exitCode()).as(run.errors()).isEqualTo(2);
        assertThat(run.errors()).contains("error: ", "batch-sises").doesNotContain("\tat ");
    }

    @Test
    void moreWorkersThanSlotsEndWithFour() throws Exception {
        Finished run = submit("study", "conf/smoke.conf", "--set", "sync.workers=5");

        assertThat(run.exitCode()).as(run.errors()).isEqualTo(4);
        assertThat(run.errors()).contains("error: ", "5").doesNotContain("\tat ");
    }

    private Finished submit(String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                "submit/standalone.sh",
                "--master",
                cluster().masterUrl(),
                "--executors",
                "2",
                "--cores",
                "1",
                "--memory",
                "700m"));
        line.addAll(List.of(command));
        line.addAll(List.of(
                "--set", "data.path=" + quoted(directory.resolve("data")),
                "--set", "output=" + quoted(directory.resolve("results"))));
        Map<String, String> environment =
                Map.of("SPARK_HOME", "", "SPARK_LOCAL_IP", "127.0.0.1", "BATCHSCOPE_JAVA_OPTS", "-Xmx700m");
        return Processes.run(line, Path.of("").toAbsolutePath(), environment, RUN_LIMIT);
    }

    private static String quoted(Path path) {
        return '"' + path.toString() + '"';
    }

    private void assertSucceeded(Finished run, Instant exit) throws IOException {
        assertThat(run.exitCode()).as(run.errors() + cluster().logs()).isZero();
        Path status = directory.resolve("results/status.json");
        assertThat(status).content().containsPattern("\"state\"\\s*:\\s*\"SUCCEEDED\"");
        assertThat(status).content().containsPattern("\"exit_code\"\\s*:\\s*0");
        assertThat(Duration.between(Files.getLastModifiedTime(status).toInstant(), exit))
                .isLessThan(EXIT_LIMIT);
    }

    private List<Path> parquetFiles(String table) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("results").resolve(table))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }

    private static StandaloneCluster cluster() {
        if (cluster == null) {
            throw new IllegalStateException("the cluster has not been started");
        }
        return cluster;
    }
}
