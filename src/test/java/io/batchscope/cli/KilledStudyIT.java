package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.Processes.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Studies that are ended from outside, in JVMs of their own, on the jar that was built. */
class KilledStudyIT {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private @Nullable Process started;

    private LocalCommands commands() {
        return new LocalCommands(directory, spark.session());
    }

    @Test
    void aKilledStudyGoesOnAndEndsWithTheSameRows() throws Exception {
        Process killed = start("study", "--set", "budget.min-updates=600");
        awaitRun(killed);
        end(killed);
        assertThat(directory.resolve("results/status.json")).content().contains("RUNNING");

        Finished resumed = commands().smoke("study", "--set", "budget.min-updates=600");
        assertThat(resumed.exitCode()).as(resumed.errors()).isZero();
        List<RunRecord> interrupted = commands().tables().runs();
        Finished whole = commands().smoke("study", "--set", "budget.min-updates=600", "--fresh");
        assertThat(whole.exitCode()).as(whole.errors()).isZero();
        assertThat(whole.errors()).contains("earlier results were moved to");
        assertThat(commands().tables().runs().stream()
                        .map(KilledStudyIT::lasting)
                        .toList())
                .isEqualTo(interrupted.stream().map(KilledStudyIT::lasting).toList());
    }

    @Test
    void aRunThatIsKilledInTheMiddleGoesOnFromItsCheckpoint() throws Exception {
        String[] long16 = {
            "--set", "batch-sizes=[16]", "--set", "budget={steps=200000}", "--set", "checkpoint.every=\"20 steps\""
        };
        Process killed = start("study", long16);
        String checkpoint = awaitCheckpoint(killed);
        end(killed);
        assertThat(directory.resolve("results/status.json")).content().contains("RUNNING");
        assertThat(directory.resolve("results/models")).doesNotExist();

        Finished resumed = commands().smoke("study", long16);
        assertThat(resumed.exitCode()).as(resumed.errors()).isZero();
        assertThat(resumed.errors())
                .as("there was %s", checkpoint)
                .containsPattern(
                        "note: run r[0-9a-f]+ \\(batch 16\\): goes on from update [0-9,]+, where an earlier command"
                                + " left it");
        assertThat(directory.resolve("results/checkpoints")).doesNotExist();
        StudyTables interrupted = commands().tables();
        String runId = interrupted.runs().get(0).runId();
        byte[] parameters = parameters(runId);

        Finished whole = commands()
                .smoke(
                        "study",
                        Stream.concat(Stream.of(long16), Stream.of("--fresh")).toArray(String[]::new));
        assertThat(whole.exitCode()).as(whole.errors()).isZero();
        assertThat(whole.errors()).doesNotContain("goes on from");
        assertThat(parameters(runId)).isEqualTo(parameters);
        assertThat(commands().tables().runs().stream()
                        .map(KilledStudyIT::lasting)
                        .toList())
                .isEqualTo(
                        interrupted.runs().stream().map(KilledStudyIT::lasting).toList());
        assertThat(commands().tables().steps().stream()
                        .map(KilledStudyIT::lasting)
                        .toList())
                .isEqualTo(
                        interrupted.steps().stream().map(KilledStudyIT::lasting).toList());
        assertThat(commands().tables().evals().stream()
                        .map(KilledStudyIT::lasting)
                        .toList())
                .isEqualTo(
                        interrupted.evals().stream().map(KilledStudyIT::lasting).toList());
    }

    /** The parameters in the model that was kept, as Deeplearning4j writes them. */
    private byte[] parameters(String runId) throws IOException {
        try (ZipFile zip = new ZipFile(
                directory.resolve("results/models/" + runId + ".zip").toFile())) {
            return zip.getInputStream(zip.getEntry("coefficients.bin")).readAllBytes();
        }
    }

    @Test
    void anInterruptedStudySaysSoAndExitsWith130() throws Exception {
        // The full batch is done after 10,000 updates, batch 1 would do 16 million.
        Process process = start(
                "study", "--set", "budget={epochs=10000}", "--set", "batch-sizes=[1,full]", "--set", "sync.workers=1");
        awaitRun(process);
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor(5, TimeUnit.SECONDS);
        boolean ended = process.waitFor(LocalCommands.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(ended).as(Files.readString(directory.resolve("log"))).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(directory.resolve("log")))
                .isEqualTo(130);
        assertThat(directory.resolve("results/status.json"))
                .content()
                .contains("INTERRUPTED")
                .contains("130");
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

    private static List<Object> lasting(StepRecord row) {
        return List.of(
                row.runId(),
                row.step(),
                row.examples(),
                row.learningRate(),
                row.loss(),
                String.valueOf(row.gradientNorm()),
                row.measures());
    }

    private static List<Object> lasting(EvalRecord row) {
        return List.of(row.runId(), row.step(), row.examples(), row.split(), row.loss());
    }

    @AfterEach
    void endWhatIsLeft() throws InterruptedException {
        if (started != null) {
            end(started);
        }
    }

    private Process start(String command, String... options) throws IOException {
        // Where the tests themselves run in the background, SIGINT is ignored, and so it would be by what they start.
        List<String> line = new ArrayList<>(List.of("env", "--default-signal=INT"));
        line.addAll(commands().line(command, options));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        builder.environment().putAll(LocalCommands.environment());
        started = builder.start();
        return started;
    }

    /** Returns once some run of the study is in the tables. */
    private void awaitRun(Process process) throws IOException, InterruptedException {
        String unused = await(process, "results/runs", "run_id=");
    }

    /** The name of a checkpoint, once there is one. */
    private String awaitCheckpoint(Process process) throws IOException, InterruptedException {
        String training = await(process, "results/checkpoints", "t");
        return await(process, "results/checkpoints/" + training, "step-");
    }

    /** The name of an entry that begins like this, once the process has made one. */
    private String await(Process process, String folder, String prefix) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LocalCommands.LIMIT.toNanos();
        for (Optional<String> name = Optional.empty(); ; name = entry(directory.resolve(folder), prefix)) {
            if (name.isPresent()) {
                return name.get();
            }
            assertThat(process.isAlive())
                    .as(Files.readString(directory.resolve("log")))
                    .isTrue();
            assertThat(System.nanoTime())
                    .as(folder + " within " + LocalCommands.LIMIT)
                    .isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private static Optional<String> entry(Path folder, String prefix) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .findFirst();
        }
    }

    /** As kill -9 does. */
    private static void end(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
}
