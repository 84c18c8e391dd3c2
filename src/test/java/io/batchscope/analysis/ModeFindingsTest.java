package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModeFindingsTest {
    @Test
    void areNoneForOneMode() {
        assertThat(Findings.of(tables(exact(1, 0.8, 10), exact(2, 0.9, 10))))
                .extracting(FindingRecord::finding)
                .noneMatch(name -> name.contains("mode"));
    }

    @Test
    void giveThePairedDifferenceWithItsIntervalAndItsCost() {
        // Differences -0.002, -0.001, -0.003: mean -0.002, s = 0.001, t(0.975, 2) = 4.3027, half 0.00248.
        FindingRecord difference = only(
                "mode_accuracy_difference",
                tables(
                        exact(1, 0.800, 10),
                        exact(2, 0.900, 10),
                        exact(3, 0.850, 10),
                        averaged(1, 0.798, 8),
                        averaged(2, 0.899, 8),
                        averaged(3, 0.847, 8)));

        assertThat(difference.batchSize()).isEqualTo(256);
        assertThat(difference.value()).isCloseTo(-0.002, within(1e-12));
        assertThat(difference.low()).isCloseTo(-0.002 - 0.0024842, within(1e-6));
        assertThat(difference.high()).isCloseTo(-0.002 + 0.0024842, within(1e-6));
        assertThat(difference.unit()).isEqualTo("share");
        assertThat(difference.detail())
                .isEqualTo(
                        "Batch 256 with parameter-averaging, every 8 steps (128 examples an update, agreement every 2,048):"
                                + " test accuracy 0.20 points below synchronous (95 % interval -0.45 to 0.05, no"
                                + " difference is shown with 3 seeds; one of 0.25 points would not show), in 0.8 of its time and with 0.125 of the bytes.");
    }

    @Test
    void sayOnlyWhatAnIntervalWithoutZeroShows() {
        String worse = only(
                        "mode_accuracy_difference",
                        tables(
                                exact(1, 0.80, 10), exact(2, 0.90, 10),
                                averaged(1, 0.7001, 8), averaged(2, 0.7999, 8)))
                .detail();
        String better = only(
                        "mode_accuracy_difference",
                        tables(
                                exact(1, 0.7001, 10), exact(2, 0.7999, 10),
                                averaged(1, 0.80, 8), averaged(2, 0.90, 8)))
                .detail();

        assertThat(worse).contains("10.00 points below synchronous", "2 seeds: shown to be worse");
        assertThat(better).contains("10.00 points above synchronous", "2 seeds: shown to be better");
    }

    @Test
    void showALowerLossAsBetterInRegression() {
        FindingRecord difference = only(
                "mode_loss_difference",
                tables(
                        loss(exact(1, 0, 10), 0.5), loss(exact(2, 0, 10), 0.6),
                        loss(averaged(1, 0, 8), 0.4), loss(averaged(2, 0, 8), 0.501)));

        assertThat(difference.unit()).isEqualTo("loss");
        assertThat(difference.value()).isNegative();
        assertThat(difference.detail()).contains("test loss 0.0995 below synchronous", "shown to be better");
    }

    @Test
    void sayThatOneCommonSeedShowsNothing() {
        FindingRecord difference = only(
                "mode_accuracy_difference",
                tables(exact(1, 0.8, 10), exact(2, 0.9, 10), averaged(2, 0.7, 8), averaged(3, 0.7, 8)));

        assertThat(difference.value()).isCloseTo(-0.2, within(1e-12));
        assertThat(difference.low()).isNull();
        assertThat(difference.detail())
                .contains("20.00 points below synchronous (one common seed: no interval, so nothing is shown)");
    }

    @Test
    void giveNoDifferenceWithoutACommonSeedOrAReferenceRun() {
        FindingRecord other = only("mode_accuracy_difference", tables(exact(1, 0.8, 10), averaged(2, 0.7, 8)));
        FindingRecord alone =
                only("mode_accuracy_difference", tables(exact(1, 0.8, 10).with("batchSize", 64L), averaged(2, 0.7, 8)));

        assertThat(other.value()).isNull();
        assertThat(other.detail())
                .endsWith("no difference can be given, as no seed ended regularly with it and with synchronous.");
        assertThat(alone.value()).isNull();
        assertThat(alone.detail())
                .endsWith("no difference can be given, as synchronous was not run at this batch size.");
    }

    @Test
    void nameTheFastestModeWithoutAShownLoss() {
        StudyTables tables = tables(
                exact(1, 0.80, 10), exact(2, 0.90, 10),
                // As good, a little faster.
                averaged(1, 0.799, 8), averaged(2, 0.901, 8),
                // Faster still, but clearly worse.
                shared(1, 0.600, 2), shared(2, 0.701, 2));

        FindingRecord fastest = only("fastest_mode_without_shown_loss", tables);

        assertThat(fastest.value()).isEqualTo(8);
        assertThat(fastest.unit()).isEqualTo("seconds");
        // Differences -0.001 and 0.001: s / sqrt(2) = 0.001, t(0.975, 1) = 12.706.
        assertThat(fastest.detail())
                .isEqualTo("At batch 256 parameter-averaging, every 8 steps is the fastest to the end of the modes for"
                        + " which no loss of test accuracy against synchronous is shown: it took 0.8 of its time;"
                        + " differences below 1.27 points would not show with these seeds.");
    }

    @Test
    void nameTheReferenceWhereNoModeIsFaster() {
        FindingRecord fastest = only(
                "fastest_mode_without_shown_loss",
                tables(exact(1, 0.8, 10), exact(2, 0.9, 10), averaged(1, 0.8, 11), averaged(2, 0.9, 11)));

        assertThat(fastest.value()).isEqualTo(10);
        assertThat(fastest.detail())
                .isEqualTo("At batch 256 no mode of those without a shown loss of test accuracy took less time than"
                        + " synchronous (1 other mode could be judged).");
    }

    @Test
    void judgeNoModeFromOneSeedOrWithARunThatDidNotEnd() {
        assertThat(Findings.of(tables(exact(1, 0.8, 10), averaged(1, 0.8, 8))))
                .extracting(FindingRecord::finding)
                .doesNotContain("fastest_mode_without_shown_loss");
        for (String outcome : List.of("Diverged", "Failed", "BudgetExhausted")) {
            assertThat(Findings.of(tables(
                            exact(1, 0.8, 10),
                            exact(2, 0.8, 10),
                            averaged(1, 0.8, 8),
                            averaged(2, 0.8, 8),
                            averaged(3, 0.8, 1).with("outcome", outcome))))
                    .as(outcome)
                    .extracting(FindingRecord::finding)
                    .doesNotContain("fastest_mode_without_shown_loss");
        }
    }

    @Test
    void showWhyAModeFailed() {
        StudyTables tables = tables(
                exact(1, 0.8, 10),
                shared(1, 0, 0).with("outcome", "Failed").with("outcomeDetail", "no end after 600 s"),
                shared(2, 0, 0).with("outcome", "Failed").with("outcomeDetail", "no end after 600 s"));

        assertThat(only("mode_failed_runs", tables).value()).isEqualTo(2);
        assertThat(only("mode_failed_runs", tables).detail())
                .isEqualTo("Batch 256 with dl4j-gradient-sharing, threshold 0.001: 2 of 2 runs failed: no end"
                        + " after 600 s.");
        assertThat(only("mode_accuracy_difference", tables).detail())
                .isEqualTo("Batch 256 with dl4j-gradient-sharing, threshold 0.001 (128 examples an update, no rounds):"
                        + " no difference can be given, as no run ended regularly (2 Failed: no end after 600 s).");
        assertThat(only("failed_runs", tables).detail())
                .startsWith("2 of 3 runs failed: batch 256 with dl4j-gradient-sharing, threshold 0.001 (2 of 2,");
    }

    @Test
    void leaveFindingsByBatchSizeToTheReference() {
        StudyTables tables = tables(
                exact(1, 0.80, 10).with("examplesPerSecond", 100.0),
                averaged(1, 0.95, 1).with("examplesPerSecond", 1000.0),
                averaged(2, 0.97, 1).with("batchSize", 64L).with("examplesPerSecond", 2000.0));

        assertThat(only("best_test_accuracy", tables).value()).isEqualTo(0.80);
        assertThat(only("highest_throughput", tables).value()).isEqualTo(100);
        assertThat(StudySummary.of(tables).batches())
                .extracting(BatchSummary::batchSize)
                .containsExactly(256L);
        assertThat(StudySummary.of(tables).batchSizes()).containsExactly(64L, 256L);
    }

    @Test
    void countTheDivergedRunsOfAllModes() {
        StudyTables tables = tables(exact(1, 0.8, 10), averaged(1, 0, 0).diverged());

        assertThat(only("diverged_runs", tables).detail())
                .isEqualTo("1 of 2 runs diverged: batch 256 with parameter-averaging, every 8 steps (1 of 1, peak rate"
                        + " 0.1); lower the learning rate there or warm up longer.");
    }

    @Test
    void readTablesThatHadNoColumnsForModes() {
        StudyTables tables = tables(
                exact(1, 0.8, 10)
                        .with("syncSettings", null)
                        .with("updateBatch", null)
                        .with("bytesSent", null),
                averaged(1, 0.7, 8)
                        .with("syncSettings", null)
                        .with("updateBatch", null)
                        .with("bytesSent", null));

        assertThat(only("mode_accuracy_difference", tables).detail())
                .isEqualTo("Batch 256 with parameter-averaging: test accuracy 10.00 points below synchronous (one"
                        + " common seed: no interval, so nothing is shown), in 0.8 of its time.");
    }

    private static RunFixture exact(long seed, double accuracy, double seconds) {
        return in("synchronous", "", seed, accuracy, seconds)
                .with("updateBatch", 256L)
                .with("syncExamples", 256L)
                .with("bytesSent", 8000L);
    }

    private static RunFixture averaged(long seed, double accuracy, double seconds) {
        return in("parameter-averaging", "every 8 steps", seed, accuracy, seconds)
                .with("updateBatch", 128L)
                .with("syncExamples", 2048L)
                .with("bytesSent", 1000L);
    }

    private static RunFixture shared(long seed, double accuracy, double seconds) {
        return in("dl4j-gradient-sharing", "threshold 0.001", seed, accuracy, seconds)
                .with("updateBatch", 128L);
    }

    private static RunFixture in(String mode, String settings, long seed, double accuracy, double seconds) {
        return run(256, seed)
                .with("runId", mode + seed)
                .with("syncMode", mode)
                .with("syncSettings", settings)
                .with("testAccuracy", accuracy)
                .with("trainSeconds", seconds);
    }

    private static RunFixture loss(RunFixture run, double loss) {
        return run.with("task", "regression").with("testAccuracy", null).with("testLoss", loss);
    }

    private static FindingRecord only(String name, StudyTables tables) {
        List<FindingRecord> found = Findings.of(tables).stream()
                .filter(finding -> finding.finding().equals(name))
                .toList();
        assertThat(found).as(name).hasSize(1);
        return found.get(0);
    }
}
