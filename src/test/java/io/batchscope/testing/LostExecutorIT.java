package io.batchscope.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.testing.Processes.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on a master and two workers of one core each, one of whose executors is killed in the middle. */
class LostExecutorIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Map<String, String> ENVIRONMENT =
            Map.of("SPARK_HOME", "", "SPARK_LOCAL_IP", "127.0.0.1", "BATCHSCOPE_JAVA_OPTS", "-Xmx700m");

    @TempDir
    Path directory;

    private @Nullable Process driver;

    @Test
    void theRunGoesOnFromItsCheckpointAndEndsWithTheSameParameters() throws Exception {
        try (StandaloneCluster cluster = StandaloneCluster.start(2, 1, "1g")) {
            Finished whole = Processes.run(line(cluster, "whole"), Path.of("").toAbsolutePath(), ENVIRONMENT, LIMIT);
            assertThat(whole.exitCode()).as(whole.errors()).isZero();
            assertThat(whole.errors()).doesNotContain("attempt");

            Path log = directory.resolve("log");
            Process disturbed = start(line(cluster, "disturbed"), log);
            await(log, disturbed, "a checkpoint", this::hasCheckpoint);
            ProcessHandle executor = cluster.runningProcesses().stream()
                    .filter(process -> process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                    .findFirst()
                    .orElseThrow();
            Instant killed = Instant.now();
            assertThat(executor.destroyForcibly()).isTrue();
            await(log, disturbed, "an error", () -> Files.readString(log).contains("Lost executor"));
            Instant noticed = Instant.now();
            await(log, disturbed, "a restart", () -> Files.readString(log).contains("attempt 2 of 3"));
            Instant restarted = Instant.now();
            assertThat(disturbed.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            String errors = Files.readString(log);
            assertThat(disturbed.exitValue()).as(errors + cluster.logs()).isZero();
            assertThat(errors)
                    .containsPattern(
                            "note: run r[0-9a-f]+ \\(batch 33\\): rank [01] on 127\\.0\\.0\\.1 was lost \\(executor"
                                    + " [0-9]+: .*\\); goes on from update [0-9,]+, attempt 2 of 3");
            assertThat(Arrays.equals(parameters("disturbed"), parameters("whole")))
                    .isTrue();
            assertThat(directory.resolve("disturbed/checkpoints")).doesNotExist();
            tell(executor, killed, List.of(noticed, restarted, Instant.now()), errors);
        }
    }

    /** The transcript, into the test's log. */
    private static void tell(ProcessHandle executor, Instant killed, List<Instant> then, String errors) {
        List<Double> seconds = then.stream()
                .map(instant -> Duration.between(killed, instant).toMillis() / 1e3)
                .toList();
        System.out.printf(
                "kill -9 %d (an executor); noticed after %.1f s, goes on after %.1f s, ended after %.1f s; parameters"
                        + " identical%n",
                executor.pid(), seconds.get(0), seconds.get(1), seconds.get(2));
        errors.lines()
                .filter(line -> line.startsWith("note: ") || line.startsWith("progress: "))
                .forEach(System.out::println);
    }

    @AfterEach
    void endWhatIsLeft() {
        if (driver != null) {
            Processes.end(Processes.family(List.of(driver.toHandle())));
        }
    }

    private List<String> line(StandaloneCluster cluster, String results) {
        List<String> line = new ArrayList<>(List.of(
                "submit/standalone.sh",
                "--master",
                cluster.masterUrl(),
                "--executors",
                "2",
                "--cores",
                "1",
                "--memory",
                "700m",
                "study",
                "conf/smoke.conf"));
        for (String setting : List.of(
                "sync.workers=2",
                "batch-sizes=[33]",
                "budget={steps=60000}",
                "checkpoint.every=\"500 steps\"",
                "data.path=\"" + directory.resolve("data") + '"',
                "output=\"" + relative(directory.resolve(results)) + '"')) {
            line.addAll(List.of("--set", setting));
        }
        return line;
    }

    /** Executors have other working directories than the driver. */
    private static Path relative(Path path) {
        return Path.of("").toAbsolutePath().relativize(path.toAbsolutePath());
    }

    private Process start(List<String> line, Path log) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(ENVIRONMENT);
        builder.environment().remove("SPARK_HOME");
        driver = builder.start();
        return driver;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Path log, Process process, String what, Condition condition)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
            assertThat(System.nanoTime()).as(what + " within " + LIMIT).isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    private boolean hasCheckpoint() throws IOException {
        Path checkpoints = directory.resolve("disturbed/checkpoints");
        if (!Files.isDirectory(checkpoints)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(checkpoints)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("step-"));
        }
    }

    /** The parameters in the model that was kept, as Deeplearning4j writes them. */
    private byte[] parameters(String results) throws IOException {
        try (Stream<Path> models = Files.list(directory.resolve(results).resolve("models"))) {
            Path model = models.findFirst().orElseThrow();
            try (ZipFile zip = new ZipFile(model.toFile())) {
                return zip.getInputStream(zip.getEntry("coefficients.bin")).readAllBytes();
            }
        }
    }
}
