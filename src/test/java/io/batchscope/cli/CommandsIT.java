package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.spark.ParquetResultStore;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.Processes;
import io.batchscope.testing.Processes.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** {@code submit/local.sh} with every command, in JVMs of their own, on the jar that was built. */
class CommandsIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private @Nullable Process started;

    @Test
    void aStudyIsDoneOnceAndThenOnlyRenderedAgain() throws Exception {
        Finished first = smoke("study");
        assertThat(first.exitCode()).as(first.errors()).isZero();
        assertThat(first.output()).contains("report: ").contains("Completed");
        assertThat(first.errors()).containsOnlyOnce("replica    ");
        StudyTables tables = tables();
        assertThat(tables.runs()).hasSize(4).allSatisfy(run -> {
            assertThat(run.outcome()).isEqualTo("Completed");
            assertThat(run.testAccuracy()).isGreaterThan(0.8);
            assertThat(run.gapLoss()).isNotNull();
            assertThat(run.replica()).isEqualTo("fused");
            assertThat(run.peakMemoryBytes()).isPositive();
            assertThat(run.peakHeapBytes()).isPositive();
            assertThat(run.peakOffHeapBytes()).isPositive();
            assertThat(run.steps()).isEqualTo(run.plannedSteps());
        });
        assertThat(tables.probes()).hasSize(4 * 4).allSatisfy(row -> assertThat(row.probe())
                .isEqualTo("memory"));
        assertThat(tables.runs()).extracting(RunRecord::batchSize).containsExactly(1L, 16L, 128L, 1620L);
        try (Stream<Path> models = Files.list(directory.resolve("results/models"))) {
            assertThat(models).hasSize(4);
        }

        Files.delete(directory.resolve("results/report.html"));
        Finished second = smoke("study");
        assertThat(second.exitCode()).as(second.errors()).isZero();
        assertThat(second.output()).contains("All 4 runs were done already; rendered the report again.");
        assertThat(directory.resolve("results/report.html")).isNotEmptyFile();
        assertThat(tables()).isEqualTo(tables);

        Path elsewhere = directory.resolve("elsewhere.html");
        Finished report = local("report", directory.resolve("results").toString(), "--output", elsewhere.toString());
        assertThat(report.exitCode()).as(report.errors()).isZero();
        assertThat(elsewhere).isNotEmptyFile();
    }

    @Test
    void aKilledStudyGoesOnAndEndsWithTheSameRows() throws Exception {
        Process killed = start("study", "--set", "budget.min-updates=600");
        awaitRun(killed);
        end(killed);
        assertThat(directory.resolve("results/status.json")).content().contains("RUNNING");

        Finished resumed = smoke("study", "--set", "budget.min-updates=600");
        assertThat(resumed.exitCode()).as(resumed.errors()).isZero();
        List<RunRecord> interrupted = tables().runs();
        Finished whole = smoke("study", "--set", "budget.min-updates=600", "--fresh");
        assertThat(whole.exitCode()).as(whole.errors()).isZero();
        assertThat(whole.errors()).contains("earlier results were moved to");
        assertThat(tables().runs().stream().map(CommandsIT::lasting).toList())
                .isEqualTo(interrupted.stream().map(CommandsIT::lasting).toList());
    }

    @Test
    void anInterruptedStudySaysSoAndExitsWith130() throws Exception {
        // The full batch is soon done, batch 1 would take many minutes.
        Process process = start(
                "study", "--set", "budget={epochs=400}", "--set", "batch-sizes=[1,full]", "--set", "sync.workers=1");
        awaitRun(process);
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor(5, TimeUnit.SECONDS);
        assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(directory.resolve("results/status.json"))
                .content()
                .contains("INTERRUPTED")
                .contains("130");
    }

    @Test
    void planAndDoctorTellWithoutTraining() throws Exception {
        Finished plan = smoke("plan", "--json");
        assertThat(plan.exitCode()).as(plan.errors()).isZero();
        JsonNode document = new ObjectMapper().readTree(plan.output());
        assertThat(document.get("runs")).hasSize(4);
        assertThat(document.get("replica").asText()).isEqualTo("fused");
        assertThat(document.get("replica_reason").asText()).isNotEmpty();
        JsonNode full = document.get("runs").get(3);
        assertThat(full.get("batch_size").asLong()).isEqualTo(1620);
        assertThat(full.get("planned_steps").asLong()).isEqualTo(60);
        assertThat(full.get("expected_seconds").asDouble()).isPositive();
        assertThat(directory.resolve("results/runs")).doesNotExist();

        Finished doctor = smoke("doctor");
        assertThat(doctor.exitCode()).as(doctor.errors()).isZero();
        assertThat(doctor.output())
                .contains("java ", "spark ", "slots ", "backend ", "fused ", "replica ", "model ", "change ");
    }

    @Test
    void aModelFromAFileIsTrainedAndTrainedOn() throws Exception {
        String json = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(20)
                        .nOut(8)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(8)
                        .nOut(4)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build()
                .toJson();
        Path net = Files.writeString(directory.resolve("net.json"), json);
        Finished first = smoke("train", "--set", "batch-sizes=[16]", "--set", "model={dl4j=\"" + net + "\"}");
        assertThat(first.exitCode()).as(first.errors()).isZero();
        RunRecord trained = tables().runs().get(0);
        Path zip = directory.resolve("results/models/" + trained.runId() + ".zip");
        assertThat(zip).isNotEmptyFile();

        Path kept = Files.copy(zip, directory.resolve("kept.zip"));
        Finished second =
                smoke("train", "--fresh", "--set", "batch-sizes=[16]", "--set", "model={dl4j=\"" + kept + "\"}");
        assertThat(second.exitCode()).as(second.errors()).isZero();
        // Training goes on where the saved model stood, so the first measurement is the last one of the run before.
        assertThat(tables().evals().get(0).step()).isZero();
        assertThat(tables().evals().get(0).loss()).isEqualTo(trained.validationLoss());

        Finished many = smoke("train");
        assertThat(many.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(many.errors()).contains("takes one batch size and one seed, but the configuration has 4 and 1");
    }

    @Test
    void badInputGetsOneClearErrorAndItsExitCode() throws Exception {
        Finished misspelt = smoke("study", "--set", "batch-sise=[1]", "--set", "learning-rate.base=fast");
        assertThat(misspelt.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(misspelt.errors()).contains("batch-sise", "did you mean 'batch-sizes'", "learning-rate.base");
        assertThat(misspelt.errors().lines()).hasSize(2).allMatch(line -> line.startsWith("error: "));

        Finished missing = local("study", directory.resolve("none.conf").toString());
        assertThat(missing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.errors()).startsWith("error: ").contains("none.conf");

        Finished large = smoke("study", "--set", "batch-sizes=[8192]");
        assertThat(large.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(large.errors()).contains("error: batch size 8192 (study.batch-sizes): ", "1620");

        Finished crowded = smoke("study", "--set", "sync.workers=999");
        assertThat(crowded.exitCode()).isEqualTo(ExitCode.CLUSTER);
        assertThat(crowded.errors()).contains("error: ", "999");

        Finished cramped = smoke("study", "--set", "sync.memory-per-worker=64 KiB");
        assertThat(cramped.exitCode()).isEqualTo(ExitCode.CLUSTER);
        assertThat(cramped.errors()).contains("error: memory of a worker (study.sync.memory-per-worker): ", "64.0 KiB");
        assertThat(directory.resolve("results")).doesNotExist();

        Path csv = Files.writeString(directory.resolve("bad.csv"), "x,y\n1,0\n2,1\n3,7\n");
        Finished label = local(
                "data",
                "prepare",
                "--format",
                "csv",
                "--input",
                csv.toString(),
                "--label",
                "y",
                "--classes",
                "2",
                "--output",
                directory.resolve("csv").toString());
        assertThat(label.exitCode()).isEqualTo(ExitCode.DATA);
        assertThat(label.errors()).contains("error: ", "bad.csv", "7");
        assertThat(directory.resolve("csv")).doesNotExist();

        Finished nothing = local();
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(List.of(misspelt, missing, large, crowded, cramped, label, nothing))
                .allSatisfy(run -> assertThat(run.errors()).doesNotContain("\tat "));
    }

    private static List<Object> lasting(RunRecord run) {
        List<Object> values = new ArrayList<>();
        values.add(run.runId());
        values.add(run.outcome());
        values.add(run.steps());
        values.add(run.trainLoss());
        values.add(run.validationAccuracy());
        values.add(run.testLoss());
        values.add(run.lossOscillation());
        return values;
    }

    private StudyTables tables() {
        try (ParquetResultStore store = ParquetResultStore.forReading(
                spark.session(), directory.resolve("results").toString())) {
            return store.read();
        }
    }

    private List<String> line(String command, String... options) {
        List<String> line = new ArrayList<>(List.of("submit/local.sh", command, "conf/smoke.conf"));
        line.addAll(List.of(
                "--set", "data.path=\"" + directory.resolve("data") + "\"",
                "--set", "output=\"" + directory.resolve("results") + "\""));
        line.addAll(List.of(options));
        return line;
    }

    private Finished smoke(String command, String... options) throws IOException, InterruptedException {
        return Processes.run(line(command, options), Path.of("").toAbsolutePath(), environment(), LIMIT);
    }

    private static Finished local(String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("submit/local.sh"));
        line.addAll(List.of(arguments));
        return Processes.run(line, Path.of("").toAbsolutePath(), environment(), LIMIT);
    }

    private static Map<String, String> environment() {
        return Map.of("BATCHSCOPE_JAVA_OPTS", "-Xmx1g", "BATCHSCOPE_MASTER", "local[2]");
    }

    @AfterEach
    void endWhatIsLeft() throws InterruptedException {
        if (started != null) {
            end(started);
        }
    }

    private Process start(String command, String... options) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(line(command, options))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        builder.environment().putAll(environment());
        started = builder.start();
        return started;
    }

    /** Returns once some run of the study is in the tables. */
    private void awaitRun(Process process) throws IOException, InterruptedException {
        Path runs = directory.resolve("results/runs");
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!hasRun(runs)) {
            assertThat(process.isAlive())
                    .as(Files.readString(directory.resolve("log")))
                    .isTrue();
            assertThat(System.nanoTime()).as("a run within " + LIMIT).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private static boolean hasRun(Path runs) throws IOException {
        if (!Files.isDirectory(runs)) {
            return false;
        }
        try (Stream<Path> leaves = Files.list(runs)) {
            return leaves.anyMatch(leaf -> leaf.getFileName().toString().startsWith("run_id="));
        }
    }

    /** As kill -9 does. */
    private static void end(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
}
