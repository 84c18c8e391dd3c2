package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.Processes.Finished;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** {@code submit/local.sh} with every command, in JVMs of their own, on the jar that was built. */
class CommandsIT {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private LocalCommands commands() {
        return new LocalCommands(directory, spark.session());
    }

    @Test
    void aStudyIsDoneOnceAndThenOnlyRenderedAgain() throws Exception {
        Finished first = commands().smoke("study");
        assertThat(first.exitCode()).as(first.errors()).isZero();
        assertThat(first.output()).contains("report: ").contains("Completed");
        assertThat(first.errors()).containsOnlyOnce("replica    ");
        StudyTables tables = commands().tables();
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
        assertThat(tables.probes().stream().filter(row -> row.probe().equals("memory")))
                .hasSize(4 * 6);
        assertThat(tables.probes().stream().filter(row -> row.probe().equals("time")))
                .hasSize(4 * 2);
        assertThat(tables.probes().stream().filter(row -> row.probe().equals("machine")))
                .hasSize(4 * 2);
        assertThat(tables.probes())
                .allSatisfy(row -> assertThat(row.probe()).isIn("memory", "machine", "time", "link"));
        assertThat(tables.runs()).extracting(RunRecord::batchSize).containsExactly(1L, 16L, 128L, 1620L);
        try (Stream<Path> models = Files.list(directory.resolve("results/models"))) {
            assertThat(models).hasSize(4);
        }

        Files.delete(directory.resolve("results/report.html"));
        Finished second = commands().smoke("study");
        assertThat(second.exitCode()).as(second.errors()).isZero();
        assertThat(second.output()).contains("All 4 runs were done already; rendered the report again.");
        assertThat(directory.resolve("results/report.html")).isNotEmptyFile();
        assertThat(commands().tables()).isEqualTo(tables);

        Path elsewhere = directory.resolve("elsewhere.html");
        Finished report =
                commands().local("report", directory.resolve("results").toString(), "--output", elsewhere.toString());
        assertThat(report.exitCode()).as(report.errors()).isZero();
        assertThat(elsewhere).isNotEmptyFile();
    }

    @Test
    void planAndDoctorTellWithoutTraining() throws Exception {
        Finished plan = commands().smoke("plan", "--json");
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

        Finished doctor = commands().smoke("doctor");
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
        Finished first =
                commands().smoke("train", "--set", "batch-sizes=[16]", "--set", "model={dl4j=\"" + net + "\"}");
        assertThat(first.exitCode()).as(first.errors()).isZero();
        RunRecord trained = commands().tables().runs().get(0);
        Path zip = directory.resolve("results/models/" + trained.runId() + ".zip");
        assertThat(zip).isNotEmptyFile();

        Path kept = Files.copy(zip, directory.resolve("kept.zip"));
        Finished second = commands()
                .smoke("train", "--fresh", "--set", "batch-sizes=[16]", "--set", "model={dl4j=\"" + kept + "\"}");
        assertThat(second.exitCode()).as(second.errors()).isZero();
        // Training goes on where the saved model stood, so the first measurement is the last one of the run before.
        assertThat(commands().tables().evals().get(0).step()).isZero();
        assertThat(commands().tables().evals().get(0).loss()).isEqualTo(trained.validationLoss());

        Finished many = commands().smoke("train");
        assertThat(many.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(many.errors())
                .contains(
                        "takes one batch size, one seed, one mode and one recipe, but the configuration has 4, 1, 1 and 1");
    }

    @Test
    void badInputGetsOneClearErrorAndItsExitCode() throws Exception {
        Finished misspelt = commands().smoke("study", "--set", "batch-sise=[1]", "--set", "learning-rate.base=fast");
        assertThat(misspelt.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(misspelt.errors()).contains("batch-sise", "did you mean 'batch-sizes'", "learning-rate.base");
        assertThat(misspelt.errors().lines()).hasSize(2).allMatch(line -> line.startsWith("error: "));

        Finished missing =
                commands().local("study", directory.resolve("none.conf").toString());
        assertThat(missing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.errors()).startsWith("error: ").contains("none.conf");

        Finished large = commands().smoke("study", "--set", "batch-sizes=[8192]");
        assertThat(large.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(large.errors()).contains("error: batch size 8192 (study.batch-sizes): ", "1620");

        Finished crowded = commands().smoke("study", "--set", "sync.workers=999");
        assertThat(crowded.exitCode()).isEqualTo(ExitCode.CLUSTER);
        assertThat(crowded.errors()).contains("error: ", "999");

        Finished cramped = commands().smoke("study", "--set", "sync.memory-per-worker=64 KiB");
        assertThat(cramped.exitCode()).isEqualTo(ExitCode.CLUSTER);
        assertThat(cramped.errors()).contains("error: memory of a worker (study.sync.memory-per-worker): ", "64.0 KiB");
        assertThat(directory.resolve("results")).doesNotExist();

        Path csv = Files.writeString(directory.resolve("bad.csv"), "x,y\n1,0\n2,1\n3,7\n");
        Finished label = commands()
                .local(
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

        Finished nothing = commands().local();
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(List.of(misspelt, missing, large, crowded, cramped, label, nothing))
                .allSatisfy(run -> assertThat(run.errors()).doesNotContain("\tat "));
    }
}
