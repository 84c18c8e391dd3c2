package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HardwareFindingsTest {
    private static final String HALF = "half_of_best_utilization_batch_size";

    private static RunFixture run(long batch, long seed, double gigaflops) {
        return RunFixture.run(batch, seed)
                .with("flopsPerSecond", gigaflops * 1e9)
                .with("gemmFlopsPerSecond", 50e9);
    }

    private static List<FindingRecord> findings(String name, StudyTables tables) {
        return Findings.of(tables).stream()
                .filter(finding -> finding.finding().equals(name))
                .toList();
    }

    @Test
    void dividesRateByRateRunByRun() {
        StudyTables tables = RunFixture.tables(
                run(64, 1, 20),
                run(64, 2, 30).with("gemmFlopsPerSecond", 100e9),
                run(64, 3, 40).diverged(),
                RunFixture.run(128, 1));

        assertThat(findings("arithmetic_utilization", tables)).singleElement().satisfies(finding -> {
            assertThat(finding.batchSize()).isEqualTo(64);
            assertThat(finding.value()).isCloseTo((0.4 + 0.3) / 2, within(1e-12));
            assertThat(finding.unit()).isEqualTo("share");
            assertThat(finding.detail())
                    .startsWith("Batch 64 computes gradients at 25 GFLOP/s, 35.0 % (95 % interval ")
                    .endsWith("of the 75 GFLOP/s that a large matrix product got in the same runs.");
        });
    }

    @Test
    void holdsTheRateOfTheWholeTrainingAgainstTheSameProduct() {
        StudyTables tables = RunFixture.tables(
                run(1, 1, 20).with("trainingFlopsPerSecond", 5e9),
                run(1, 2, 20).with("trainingFlopsPerSecond", 10e9),
                run(64, 1, 20));

        assertThat(findings("training_utilization", tables)).singleElement().satisfies(finding -> {
            assertThat(finding.batchSize()).isEqualTo(1);
            assertThat(finding.value()).isCloseTo(0.15, within(1e-12));
            assertThat(finding.detail())
                    .startsWith("Batch 1 trains at 7.5 GFLOP/s of training time, 15.0 % (95 % interval ")
                    .endsWith(
                            "of the 50 GFLOP/s that a large matrix product got in the same runs: applying the gradients,"
                                    + " waiting and communicating included.");
        });
    }

    @Test
    void doesNotRoundASmallShareToNothing() {
        StudyTables tables = RunFixture.tables(run(1, 1, 0.02).with("trainingFlopsPerSecond", 0.0125e9));

        assertThat(findings("training_utilization", tables).get(0).detail()).contains(" 0.025 % ");
        assertThat(findings("arithmetic_utilization", tables).get(0).detail()).contains(" 0.04 % ");
    }

    /** 5, 10, 30 and 40 %: 20 % lies half-way between batch 16 and 64 on a logarithmic scale. */
    @Test
    void findsWhereHalfOfTheBestBegins() {
        StudyTables tables = RunFixture.tables(run(1, 1, 2.5), run(16, 1, 5), run(64, 1, 15), run(256, 1, 20));

        assertThat(findings(HALF, tables)).singleElement().satisfies(finding -> {
            assertThat(finding.value()).isCloseTo(32, within(1e-9));
            assertThat(finding.batchSize()).isNull();
            assertThat(finding.detail())
                    .isEqualTo(
                            "Half of the highest utilization, 40.0 % at batch 256, is reached at a batch of about 32,"
                                    + " between the measured 16 (10.0 %) and 64 (30.0 %).");
        });
    }

    @Test
    void saysNothingOfHalfWhereNoBatchSizeIsBelow() {
        assertThat(findings(HALF, RunFixture.tables(run(16, 1, 12), run(64, 1, 15), run(256, 1, 20))))
                .isEmpty();
    }

    @Test
    void saysNothingOfAMachineThatWasNotMeasured() {
        StudyTables tables = RunFixture.tables(
                run(16, 1, 12).with("gemmFlopsPerSecond", null), run(64, 1, 15).with("flopsPerSecond", null));

        assertThat(Stream.of("arithmetic_utilization", HALF, "memory_prediction_error")
                        .flatMap(name -> findings(name, tables).stream()))
                .isEmpty();
    }

    @Test
    void holdsMemoryAgainstItsPrediction() {
        StudyTables runs = RunFixture.tables(
                RunFixture.run(16, 1).with("peakOffHeapBytes", 900L).with("peakHeapBytes", 5000L),
                RunFixture.run(64, 1).with("peakOffHeapBytes", 2200L).with("microBatch", 32),
                RunFixture.run(256, 1));
        StudyTables tables = new StudyTables(
                runs.runs(),
                runs.steps(),
                runs.evals(),
                List.of(
                        predicted(16, "native", 1000),
                        predicted(16, "heap", 4000),
                        predicted(64, "native", 2000),
                        predicted(256, "native", 3000)));

        assertThat(MemoryComparison.of(tables))
                .extracting(MemoryComparison::batchSize)
                .containsExactly(16L, 64L, 256L);
        assertThat(RunFixture.known(MemoryComparison.of(tables).get(0).predictedHeap())
                        .mean())
                .isEqualTo(4000);
        assertThat(MemoryComparison.of(tables).get(0).nativeError()).isCloseTo(-0.1, within(1e-12));
        assertThat(MemoryComparison.of(tables).get(2).nativeError()).isNull();
        assertThat(findings("memory_prediction_error", tables)).singleElement().satisfies(finding -> {
            assertThat(finding.value()).isCloseTo(0.1, within(1e-12));
            assertThat(finding.detail())
                    .isEqualTo("The network's native memory differs most from its prediction at batch 64: 2.1 KiB"
                            + " measured, 2.0 KiB predicted for a micro-batch of 32 (+10.0 %).");
        });
    }

    private static ProbeRecord predicted(long batch, String what, double bytes) {
        return new ProbeRecord(
                "example",
                "r" + batch + "-1",
                batch,
                1,
                0,
                "memory",
                "predicted_" + what + "_bytes",
                bytes,
                null,
                "{}");
    }

    @Test
    void countsWhatTheTargetTook() {
        StudyTables tables = RunFixture.tables(
                arrived(16, 1, 100),
                arrived(64, 1, 40),
                arrived(64, 2, 44),
                arrived(256, 1, 30),
                RunFixture.run(256, 2));

        BatchSummary middle = StudySummary.of(tables).batches().get(1);
        assertThat(RunFixture.known(middle.arithmetic().epochsToTarget()).mean())
                .isCloseTo(42 * 64.0 / RunFixture.TRAIN_EXAMPLES, within(1e-12));
        assertThat(RunFixture.known(middle.arithmetic().operationsToTarget()).mean())
                .isCloseTo(42 * 64 * 1e6, within(1e-3));
        assertThat(findings("fewest_operations_to_target", tables))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.batchSize()).isEqualTo(16);
                    assertThat(finding.value()).isEqualTo(1.6e9);
                    assertThat(finding.unit()).isEqualTo("operations");
                    assertThat(finding.detail())
                            .isEqualTo(
                                    "Batch 16 reached the target with the fewest floating-point operations, 1.6 GFLOP (one seed);"
                                            + " not every run arrived at batch 256 (1 of 2 runs).");
                });
    }

    @Test
    void saysNothingOfOperationsThatAreNotKnown() {
        StudyTables tables = RunFixture.tables(arrived(16, 1, 100).with("floatingPointOperationsToTarget", null));

        assertThat(findings("fewest_operations_to_target", tables)).isEmpty();
        assertThat(findings("fewest_examples_to_target", tables)).hasSize(1);
    }

    private static RunFixture arrived(long batch, long seed, long steps) {
        return RunFixture.run(batch, seed)
                .with("stepsToTarget", steps)
                .with("examplesToTarget", steps * batch)
                .with("floatingPointOperationsToTarget", steps * batch * 1e6);
    }

    @Test
    void holdsTrainingTimeAgainstItsPrediction() {
        StudyTables runs = RunFixture.tables(
                RunFixture.run(16, 1).with("trainSeconds", 9.0),
                RunFixture.run(16, 2).with("trainSeconds", 11.0),
                RunFixture.run(16, 3).with("trainSeconds", 99.0).diverged(),
                RunFixture.run(64, 1).with("trainSeconds", 3.0).with("workers", 2),
                RunFixture.run(256, 1).with("trainSeconds", null),
                RunFixture.run(512, 1).with("trainSeconds", 1.0));
        StudyTables tables = new StudyTables(
                runs.runs(),
                runs.steps(),
                runs.evals(),
                List.of(
                        expected(16, 1, "predicted_done_seconds", 10),
                        expected(16, 1, "predicted_train_seconds", 20),
                        expected(16, 2, "predicted_done_seconds", 10),
                        expected(16, 3, "predicted_done_seconds", 10),
                        expected(64, 1, "predicted_done_seconds", 4),
                        expected(256, 1, "predicted_done_seconds", 4)));

        assertThat(TimeComparison.of(tables))
                .extracting(TimeComparison::batchSize, TimeComparison::workers, TimeComparison::error)
                .containsExactly(tuple(16L, List.of(1), 0.0), tuple(64L, List.of(2), -0.25));
        assertThat(findings("time_prediction_error", tables)).singleElement().satisfies(finding -> {
            assertThat(finding.batchSize()).isEqualTo(64);
            assertThat(finding.value()).isEqualTo(-0.25);
            assertThat(finding.unit()).isEqualTo("share");
            assertThat(finding.detail())
                    .isEqualTo("Training time differs most from its prediction at batch 64: 3 s measured, 4 s predicted"
                            + " for the updates that the runs did (-25.0 %).");
        });
    }

    private static ProbeRecord expected(long batch, long seed, String metric, double seconds) {
        return new ProbeRecord(
                "example", "r" + batch + "-" + seed, batch, seed, 0, "time", metric, seconds, null, "{}");
    }
}
