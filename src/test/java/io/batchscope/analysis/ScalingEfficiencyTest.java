package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.analysis.ScalingEfficiency.Beside;
import io.batchscope.result.FindingRecord;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Made-up times whose efficiencies are known. */
class ScalingEfficiencyTest {
    private static final List<Long> SEEDS = List.of(1L, 2L, 3L);

    /** Each seed has its own speed, which falls out of ratios of the same seed. */
    private static double speed(long seed) {
        return 1 + 0.3 * seed;
    }

    /**
     * T(p, B) = (2 ms + 0.1 ms · B/p) · (1 + 0.1 · (p − 1)): weak efficiency 1/1.1 on 2 and 1/1.3 on 4 workers at any batch, whatever
     * the strong one.
     */
    private static double seconds(long batchSize, int workers) {
        return (2e-3 + 1e-4 * batchSize / workers) * (1 + 0.1 * (workers - 1));
    }

    private static ScalingRows law() {
        ScalingRows rows = new ScalingRows();
        for (long seed : SEEDS) {
            for (long batch : List.of(64L, 128L, 256L)) {
                for (int workers : List.of(1, 2, 4)) {
                    rows.run(batch, workers, seed, seconds(batch, workers) * speed(seed));
                }
            }
        }
        return rows;
    }

    private static ScalingEfficiency at(ScalingRows rows, long batchSize, int workers) {
        return ScalingEfficiency.of(rows.tables()).stream()
                .filter(row -> row.batchSize() == batchSize && row.workers() == workers)
                .findFirst()
                .orElseThrow();
    }

    private static Beside known(@Nullable Beside beside) {
        return Objects.requireNonNull(beside);
    }

    @Test
    void weakIsTheThroughputOfAsManyExamplesAWorkerBesideTheFewestWorkers() {
        Beside two = known(at(law(), 128, 2).weak());
        Beside four = known(at(law(), 256, 4).weak());

        assertThat(two.workers()).isEqualTo(1);
        assertThat(two.batchSize()).isEqualTo(64);
        assertThat(two.ratio()).isCloseTo(1 / 1.1, within(1e-12));
        assertThat(four.batchSize()).isEqualTo(64);
        assertThat(four.ratio()).isCloseTo(1 / 1.3, within(1e-12));
        assertThat(four.logRatio().count()).isEqualTo(3);
    }

    /** 32 examples a worker were not run on one worker: 2 workers are the base. */
    @Test
    void weakIsBesideTheFewestWorkersThatHadThoseExamples() {
        Beside four = known(at(law(), 128, 4).weak());

        assertThat(four.workers()).isEqualTo(2);
        assertThat(four.batchSize()).isEqualTo(64);
        assertThat(four.ratio()).isCloseTo(1.1 / 1.3, within(1e-12));
        assertThat(at(law(), 64, 4).weak()).isNull();
        assertThat(at(law(), 64, 1).weak()).isNull();
    }

    @Test
    void strongIsTheTimeOfTheSameBatchOnTheFewestWorkers() {
        Beside four = known(at(law(), 256, 4).strong());

        assertThat(four.workers()).isEqualTo(1);
        assertThat(four.ratio()).isCloseTo((2 + 25.6) / ((2 + 6.4) * 1.3), within(1e-12));
        assertThat(at(law(), 256, 1).strong()).isNull();
    }

    @Test
    void timesAreMediansOverUpdatesInWhichNothingWasMeasured() {
        assertThat(at(new ScalingRows().run(64, 1, 1, 0.25).run(64, 2, 1, 0.125), 64, 1)
                        .updateSeconds()
                        .mean())
                .isEqualTo(0.25);
    }

    /** Ratios 2·e^−0.1, 2 and 2·e^0.1: their logarithms have s = 0.1 and t(0.975, 2) = 4.3027. */
    @Test
    void intervalsAreThoseOfPairedLogarithms() {
        ScalingRows rows = new ScalingRows();
        for (long seed : SEEDS) {
            rows.run(64, 1, seed, 2 * Math.exp(0.1 * (seed - 2)) * speed(seed));
            rows.run(64, 2, seed, speed(seed));
        }

        FindingRecord speedup = only("strong_scaling_speedup", rows);
        FindingRecord efficiency = only("strong_scaling_efficiency", rows);

        double half = 4.302653 * 0.1 / Math.sqrt(3);
        assertThat(speedup.value()).isCloseTo(2, within(1e-12));
        assertThat(speedup.low()).isCloseTo(2 * Math.exp(-half), within(1e-6));
        assertThat(speedup.high()).isCloseTo(2 * Math.exp(half), within(1e-6));
        assertThat(efficiency.value()).isCloseTo(1, within(1e-12));
        assertThat(efficiency.low()).isCloseTo(Math.exp(-half), within(1e-6));
        assertThat(efficiency.unit()).isEqualTo("share");
    }

    @Test
    void comparesOnlySeedsThatBothHave() {
        ScalingRows rows = new ScalingRows()
                .run(64, 1, 1, 3)
                .run(64, 1, 2, 30)
                .run(64, 2, 2, 20)
                .run(64, 2, 3, 1);
        // Without a seed that has both numbers the study does not compare them.
        Beside two = known(at(rows, 64, 2).strong());

        assertThat(two.logRatio().count()).isEqualTo(1);
        assertThat(two.ratio()).isCloseTo(1.5, within(1e-12));
        assertThat(only("strong_scaling_speedup", rows).low()).isNull();
    }

    @Test
    void secondsToTheTargetScaleByThemselves() {
        ScalingRows rows = new ScalingRows();
        for (long seed : SEEDS) {
            rows.run(64, 1, seed, 1, 12.0).run(64, 2, seed, 1, seed == 3 ? null : (Double) 8.0);
        }

        FindingRecord finding = only("strong_scaling_speedup_to_target", rows);

        assertThat(finding.value()).isCloseTo(1.5, within(1e-12));
        assertThat(known(at(rows, 64, 2).strongToTarget()).logRatio().count()).isEqualTo(2);
        assertThat(finding.detail())
                .isEqualTo("At batch 64 the way to the target takes 1 worker 1.5 (95 % interval 1.5 to 1.5, 2 runs)"
                        + " times as long as 2 workers.");
    }

    @Test
    void workersThatAgreeNowAndThenAreTimedByWholeRuns() {
        ScalingRows rows = law().averaged(64, 1, 1, 10, 100).averaged(64, 2, 1, 8, 100);

        FindingRecord finding = ScalingFindings.of("example", rows.tables()).stream()
                .filter(row -> row.finding().equals("strong_scaling_speedup")
                        && row.detail().startsWith("With parameter-averaging, every 8 steps: "))
                .findFirst()
                .orElseThrow();

        assertThat(finding.value()).isCloseTo(1.25, within(1e-12));
        assertThat(finding.detail())
                .isEqualTo("With parameter-averaging, every 8 steps: at batch 64 an update takes 1 worker 1.25 (one"
                        + " seed) times as long as 2 workers (training time of whole runs).");
    }

    @Test
    void findingsSayWhereWorkersShareProcessors() {
        List<FindingRecord> weak = ScalingFindings.of("example", law().tables()).stream()
                .filter(row -> row.finding().equals("weak_scaling_efficiency"))
                .toList();

        assertThat(weak).extracting(FindingRecord::batchSize).containsExactly(128L, 128L, 256L, 256L);
        assertThat(weak.get(0).detail()).doesNotContain("oversubscribed");
        assertThat(weak.get(3).detail())
                .isEqualTo(
                        "With 64 examples a worker, 4 workers (batch 256) get through 76.9 % (95 % interval 76.9 % to"
                                + " 76.9 %, 3 runs) of the examples in a second that 1 worker (batch 64), times 4, would; 4"
                                + " workers on 2 processors: oversubscribed.");
        assertThat(Findings.of(law().tables())).containsAll(weak);
    }

    @Test
    void findingsSayWhereOneOfSeveralMachinesWasCrowded() {
        ScalingRows rows = new ScalingRows().run(64, 1, 1, 3).run(64, 4, 1, 1).on(10, 0.667);

        assertThat(only("strong_scaling_speedup", rows).detail())
                .isEqualTo("At batch 64 an update takes 1 worker 3 (one seed) times as long as 4 workers; 0.667"
                        + " processors a worker on some machine: oversubscribed.");
    }

    @Test
    void areNoneForAStudyWithOneNumberOfWorkersABatchSize() {
        ScalingRows rows = new ScalingRows().run(64, 1, 1, 1).run(512, 2, 1, 1).run(512, 4, 2, 1);

        assertThat(ScalingEfficiency.of(rows.tables())).isEmpty();
        assertThat(ScalingFindings.of("example", rows.tables())).isEmpty();
    }

    private static FindingRecord only(String name, ScalingRows rows) {
        List<FindingRecord> found = ScalingFindings.of("example", rows.tables()).stream()
                .filter(row -> row.finding().equals(name))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
