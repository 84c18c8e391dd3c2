package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.Checkpoint;
import io.batchscope.train.CheckpointStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints on the local file system, whole and otherwise. */
class HadoopCheckpointsTest {
    private static final RunPlan PLAN = CheckpointedPlan.of(
            RunPlans.sgd(Task.REGRESSION, 100, 10, 1000, 0.1).plan(), 10, 0);
    private static final RunPlan OTHER = CheckpointedPlan.of(
            RunPlans.sgd(Task.REGRESSION, 100, 20, 1000, 0.1).plan(), 10, 0);

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path output;

    private HadoopCheckpoints checkpoints;
    private CheckpointStore store;

    @BeforeEach
    void open() {
        checkpoints = HadoopCheckpoints.of(spark.session(), output.toString());
        store = checkpoints.takeOver(PLAN);
    }

    private static Checkpoint at(RunPlan plan, long step) {
        return new Checkpoint(
                plan.trainingId(),
                plan.batchSize(),
                plan.plannedSteps(),
                step,
                new Checkpoint.Times(0, 0, 0, 0, 2, 8),
                new Checkpoint.Watch(1, 1, 0, 0),
                null,
                new Checkpoint.Peaks(0, 0, 0),
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(new float[] {step, -step}));
    }

    private Path directory() {
        return output.resolve("checkpoints").resolve(PLAN.trainingId());
    }

    private Path file(String step) {
        return directory().resolve("step-" + step + ".ckpt");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private long latest() {
        long step = store.latest(PLAN, 2).map(Checkpoint::step).orElse(0L);
        assertThat(checkpoints.lastUpdate(PLAN)).isEqualTo(step);
        return step;
    }

    @Test
    void theLatestOnesAreKept() throws IOException {
        assertThat(latest()).isZero();
        for (long step : List.of(90L, 100L, 110L)) {
            store.save(at(PLAN, step));
            assertThat(latest()).isEqualTo(step);
        }
        assertThat(files()).containsExactly("owner", "step-000000000100.ckpt", "step-000000000110.ckpt");
        assertThat(store.latest(PLAN, 2).orElseThrow().vectors().get(0)).containsExactly(110, -110);
    }

    @Test
    void aDamagedOneIsPassedOverAndReplacedInItsTurn() throws IOException {
        store.save(at(PLAN, 10));
        store.save(at(PLAN, 20));
        byte[] whole = Files.readAllBytes(file("000000000020"));
        whole[whole.length - 7] ^= 1;
        Files.write(file("000000000020"), whole);
        assertThat(latest()).isEqualTo(10);
        Files.write(file("000000000020"), new byte[0]);
        assertThat(latest()).isEqualTo(10);
        store.save(at(PLAN, 15));
        assertThat(files()).containsExactly("owner", "step-000000000010.ckpt", "step-000000000015.ckpt");
        Files.delete(file("000000000010"));
        Files.delete(file("000000000015"));
        assertThat(latest()).isZero();
    }

    @Test
    void oneOfAnotherTrainingIsPassedOver() throws IOException {
        store.save(at(PLAN, 10));
        CheckpointStore others = checkpoints.takeOver(OTHER);
        others.save(at(OTHER, 30));
        Files.copy(
                output.resolve("checkpoints").resolve(OTHER.trainingId()).resolve("step-000000000030.ckpt"),
                file("000000000030"));
        assertThat(latest()).isEqualTo(10);
        Files.writeString(file("000000000040"), "what somebody else put here");
        Files.writeString(directory().resolve("notes.txt"), "and this");
        assertThat(latest()).isEqualTo(10);
        store.save(at(PLAN, 50));
        assertThat(files()).contains("notes.txt");
    }

    @Test
    void whatAKilledWriterLeftIsClearedAwayByTheNextOne() throws IOException {
        store.save(at(PLAN, 10));
        Files.write(directory().resolve(".step-000000000020.ckpt.1234.tmp"), new byte[100]);
        assertThat(latest()).isEqualTo(10);
        store = checkpoints.takeOver(PLAN);
        assertThat(files()).containsExactly("owner", "step-000000000010.ckpt");
        assertThat(latest()).isEqualTo(10);
    }

    @Test
    void anEarlierAttemptThatWakesUpWritesNothing() throws IOException {
        store.save(at(PLAN, 10));
        CheckpointStore next = checkpoints.takeOver(PLAN);
        assertThatThrownBy(() -> store.save(at(PLAN, 20)))
                .isInstanceOf(IOException.class)
                .hasMessage("another attempt of this run has taken its checkpoints over");
        next.save(at(PLAN, 15));
        assertThat(files()).containsExactly("owner", "step-000000000010.ckpt", "step-000000000015.ckpt");
        checkpoints.delete(List.of(PLAN));
        assertThatThrownBy(() -> next.save(at(PLAN, 20))).isInstanceOf(IOException.class);
        assertThat(output.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void onlyThoseOfFinishedRunsAreDeleted() throws IOException {
        store.save(at(PLAN, 10));
        checkpoints.takeOver(OTHER).save(at(OTHER, 30));
        checkpoints.delete(List.of(OTHER));
        assertThat(checkpoints.lastUpdate(OTHER)).isZero();
        assertThat(latest()).isEqualTo(10);
        checkpoints.delete(List.of(PLAN, OTHER));
        assertThat(output.resolve("checkpoints")).doesNotExist();
        checkpoints.delete(List.of(PLAN));
    }
}
