package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.config.ConfigLoader;
import io.batchscope.plan.ClusterException;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.SparkTrainingEngine;
import io.batchscope.testing.LocalSpark;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The network of the smoke study, wide enough that its activations count, with one batch of all 1,620 examples. */
class MemorySurveyTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private StudySetup setup(String... sets) {
        List<String> all = new ArrayList<>(List.of(
                "data.path=\"" + directory.resolve("data") + "\"",
                "model={catalog=mlp,hidden=[512,512]}",
                "batch-sizes=[full]",
                "budget={epochs=3}"));
        all.addAll(List.of(sets));
        return StudySetup.of(spark.session(), ConfigLoader.load(Path.of("conf", "smoke.conf"), all));
    }

    private TrainedRun train(StudySetup setup) throws InterruptedException {
        return new SparkTrainingEngine(spark.session(), setup.data(), setup.replicas())
                .train(setup.plan().runs().get(0), TrainingListener.NONE);
    }

    private static RunPlan run(StudySetup setup) {
        return setup.plan().runs().get(0);
    }

    @Test
    void littleMemoryGivesASmallerMicroBatchAndTheSameResult() throws Exception {
        StudySetup plenty = setup();
        assertThat(run(plenty).microBatch()).isEqualTo(1024);
        assertThat(plenty.plan().notices()).noneMatch(notice -> notice.startsWith("micro-batch"));
        long needed = plenty.memory().bytes(run(plenty));

        StudySetup little = setup("sync.memory-per-worker=" + (needed - 1));

        assertThat(run(little).microBatch()).isBetween(1, 512);
        assertThat(little.memory().bytes(run(little))).isLessThan(needed);
        assertThat(run(little).runId()).isEqualTo(run(plenty).runId());
        assertThat(little.plan().notices())
                .anyMatch(
                        notice -> notice.startsWith("micro-batch " + run(little).microBatch() + " instead of 1024"));

        TrainedRun whole = train(plenty);
        TrainedRun parts = train(little);
        double loss = whole.stepRows().get(whole.stepRows().size() - 1).loss();
        assertThat(parts.stepRows().get(parts.stepRows().size() - 1).loss()).isCloseTo(loss, within(1e-4 * loss));
        // What was measured before is what training held.
        assertThat(parts.peakOffHeapBytes())
                .isPositive()
                .isLessThanOrEqualTo(little.memory().nativeBytes(run(little)));
        assertThat(whole.peakOffHeapBytes())
                .isPositive()
                .isLessThanOrEqualTo(plenty.memory().nativeBytes(run(plenty)));
        assertThat(parts.peakHeapBytes()).isPositive();
        assertThat(PlanText.of(little, FixedTimes.of(little)))
                .contains("\nmemory     a worker may use ", "(study.sync.memory-per-worker; ");
    }

    @Test
    void whatNoMicroBatchFitsIsRefusedWithTheNumbers() {
        assertThatThrownBy(() -> setup("sync.memory-per-worker=1 MiB"))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("memory of a worker (study.sync.memory-per-worker): a worker must have room for"
                        + " 1 example at once, which needs ")
                .hasMessageContaining(" but may use 1.0 MiB (study.sync.memory-per-worker; ")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> setup("sync.memory-per-worker=16 MiB", "sync.micro-batch=1620"))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("micro-batch 1620 (study.sync.micro-batch): a worker must have room for 1620"
                        + " examples at once, which needs ")
                .hasMessageContaining("ask for fewer (--set sync.micro-batch=");
        assertThat(run(setup("sync.micro-batch=300")).microBatch()).isEqualTo(300);
    }
}
