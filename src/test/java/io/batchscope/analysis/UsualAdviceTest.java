package io.batchscope.analysis;

import static io.batchscope.analysis.AdviceRow.Verdict.CONTRADICTED;
import static io.batchscope.analysis.AdviceRow.Verdict.MIXED;
import static io.batchscope.analysis.AdviceRow.Verdict.NOT_MEASURED_YET;
import static io.batchscope.analysis.AdviceRow.Verdict.SUPPORTED;
import static io.batchscope.analysis.RunFixture.TRAIN_EXAMPLES;
import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.step;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.AdviceRow.Verdict;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsualAdviceTest {
    @Test
    void listsEveryClaimAsNotMeasuredForAStudyWithoutRuns() {
        assertThat(UsualAdvice.of(tables())).hasSize(12).allSatisfy(row -> assertThat(row.verdict())
                .isEqualTo(NOT_MEASURED_YET));
    }

    @ParameterizedTest
    @CsvSource({"400, SUPPORTED", "500, MIXED", "899, MIXED", "900, CONTRADICTED"})
    void judgesIdleHardwareByTheShareOfTheHighestThroughput(double throughput, Verdict verdict) {
        AdviceRow row = row(
                "idle",
                tables(
                        run(1, 1).with("examplesPerSecond", throughput),
                        run(64, 1).with("examplesPerSecond", 1000.0)));

        assertThat(row.verdict()).isEqualTo(verdict);
        assertThat(row.measured()).contains("of the 1,000 at batch 64");
    }

    @Test
    void speaksOfTheReferenceModeAlone() {
        AdviceRow row = row(
                "idle",
                tables(
                        run(1, 1).with("syncMode", "synchronous").with("examplesPerSecond", 400.0),
                        run(64, 1).with("syncMode", "synchronous").with("examplesPerSecond", 1000.0),
                        run(64, 1)
                                .with("runId", "other")
                                .with("syncMode", "parameter-averaging")
                                .with("examplesPerSecond", 9000.0)));

        assertThat(row.measured()).contains("40 % of the 1,000 at batch 64");
    }

    @Test
    void saysThatTheMiddleLacksAResult() {
        assertThat(row("balances", tables(run(8, 1), run(64, 1))).why())
                .isEqualTo("No run has a test or validation result.");
    }

    @Test
    void countsUpdatesAtTheFullBatch() {
        AdviceRow row = row("updates", tables(run(TRAIN_EXAMPLES, 1), run(64, 1)));

        assertThat(row.verdict()).isEqualTo(SUPPORTED);
        assertThat(row.measured()).isEqualTo("Updates in a run: 10 against 160 at batch 64, in 10 epochs");
    }

    @ParameterizedTest
    @CsvSource({
        // test accuracy and gap of the full batch; batch 64 has 0.88 and 0.03
        "0.80, 0.10, SUPPORTED",
        "0.80, 0.02, MIXED",
        "0.88, 0.10, MIXED",
        "0.88, 0.03, CONTRADICTED",
        "0.875, 0.035, CONTRADICTED"
    })
    void judgesGeneralizationByResultAndGap(double accuracy, double gap, Verdict verdict) {
        assertThat(row(
                                "generalizes",
                                tables(
                                        run(TRAIN_EXAMPLES, 1)
                                                .with("testAccuracy", accuracy)
                                                .with("gapAccuracy", gap),
                                        run(64, 1).with("testAccuracy", 0.88).with("gapAccuracy", 0.03)))
                        .verdict())
                .isEqualTo(verdict);
    }

    @Test
    void tellsLessLearntFromWorseGeneralized() {
        AdviceRow row = row(
                "generalizes",
                tables(
                        run(TRAIN_EXAMPLES, 1).with("testAccuracy", 0.7).with("gapAccuracy", 0.0),
                        run(64, 1).with("testAccuracy", 0.88).with("gapAccuracy", 0.03)));

        assertThat(row.why()).contains("has learned less, rather than generalized worse");
    }

    @Test
    void leavesGeneralizationOpenWhereSeedsDifferTooMuch() {
        AdviceRow row = row(
                "generalizes",
                tables(
                        run(TRAIN_EXAMPLES, 1).with("testAccuracy", 0.70).with("gapAccuracy", 0.03),
                        run(TRAIN_EXAMPLES, 2).with("testAccuracy", 0.90).with("gapAccuracy", 0.03),
                        run(64, 1).with("testAccuracy", 0.88).with("gapAccuracy", 0.03),
                        run(64, 2).with("testAccuracy", 0.89).with("gapAccuracy", 0.03)));

        assertThat(row.verdict()).isEqualTo(MIXED);
        assertThat(row.why()).isEqualTo("The seeds differ too much to tell; more seeds would.");
    }

    @ParameterizedTest
    @CsvSource({
        // final training loss at the full batch (0.2 at batch 64), its loss at mid-run, verdict
        "0.5, 0.51, SUPPORTED",
        "0.5, 0.80, MIXED",
        "0.25, 0.251, MIXED",
        "0.21, 0.30, CONTRADICTED"
    })
    void tellsStandingStillFromNotBeingThereYet(double loss, double middle, Verdict verdict) {
        List<StepRecord> rows = List.of(
                step(TRAIN_EXAMPLES, 1, 1, 2.3, 1),
                step(TRAIN_EXAMPLES, 1, 5, middle, 1),
                step(TRAIN_EXAMPLES, 1, 10, loss, 1));
        assertThat(row(
                                "stalls",
                                tables(
                                        rows,
                                        run(TRAIN_EXAMPLES, 1).with("trainLoss", loss),
                                        run(64, 1).with("trainLoss", 0.2)))
                        .verdict())
                .isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource({"1200, SUPPORTED", "1050, MIXED", "1000, CONTRADICTED"})
    void judgesMemoryAgainstEveryOtherBatchSize(long mebibytes, Verdict verdict) {
        AdviceRow row = row(
                "memory",
                tables(
                        run(TRAIN_EXAMPLES, 1).with("peakMemoryBytes", mebibytes << 20),
                        run(8, 1).with("peakMemoryBytes", 1000L << 20),
                        run(64, 1).with("peakMemoryBytes", 900L << 20)));

        assertThat(row.verdict()).isEqualTo(verdict);
        assertThat(row.measured()).endsWith("against 1,000 MiB at batch 8");
    }

    @ParameterizedTest
    @CsvSource({"0.875, 600, SUPPORTED", "0.875, 400, MIXED", "0.80, 600, MIXED", "0.80, 400, CONTRADICTED"})
    void asksTheMiddleForQualityAndSpeed(double accuracy, double throughput, Verdict verdict) {
        assertThat(row(
                                "balances",
                                tables(
                                        run(64, 1)
                                                .with("testAccuracy", accuracy)
                                                .with("examplesPerSecond", throughput),
                                        run(8, 1).with("testAccuracy", 0.88).with("examplesPerSecond", 1000.0)))
                        .verdict())
                .isEqualTo(verdict);
    }

    @Test
    void doesNotClaimThatLinearScalingIsBestFromRunsUnderItAlone() {
        AdviceRow row = row(
                "linearly",
                tables(
                        run(8, 1).with("peakLearningRate", 0.2).with("warmupSteps", 10L),
                        run(64, 1).with("peakLearningRate", 1.6).with("warmupSteps", 10L),
                        run(512, 1).with("peakLearningRate", 1.6).with("warmupSteps", 10L)));

        assertThat(row.verdict()).isEqualTo(NOT_MEASURED_YET);
        assertThat(row.measured())
                .isEqualTo(
                        "3 runs under linear scaling, all with warmup, 0 diverged; the cap held the rate below the rule"
                                + " at batch 512");
    }

    @Test
    void countsDivergenceAgainstLinearScaling() {
        StudyTables some = tables(
                run(8, 1).with("peakLearningRate", 0.2),
                run(64, 1).with("peakLearningRate", 1.6).diverged());
        StudyTables all =
                tables(run(4, 1), run(64, 1).with("peakLearningRate", 1.6).diverged());

        assertThat(row("linearly", some).verdict()).isEqualTo(MIXED);
        assertThat(row("linearly", all).verdict()).isEqualTo(CONTRADICTED);
    }

    @Test
    void saysWhereOnlySomeBatchSizesHaveOneSeed() {
        AdviceRow row = row("updates", tables(run(TRAIN_EXAMPLES, 1), run(64, 1), run(64, 2)));

        assertThat(row.why()).endsWith("Rests on one seed at some batch sizes.");
    }

    @Test
    void saysNothingOfSeedsWhereThereAreSeveral() {
        AdviceRow row = row("updates", tables(run(TRAIN_EXAMPLES, 1), run(TRAIN_EXAMPLES, 2), run(64, 1), run(64, 2)));

        assertThat(row.why()).doesNotContain("seed");
    }

    static AdviceRow row(String word, StudyTables tables) {
        List<AdviceRow> found = UsualAdvice.of(tables).stream()
                .filter(row -> row.claim().contains(word))
                .toList();
        assertThat(found).as(word).hasSize(1);
        return found.get(0);
    }
}
