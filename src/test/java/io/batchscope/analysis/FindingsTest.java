package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {
    @Test
    void areNoneForAStudyWithoutRuns() {
        assertThat(Findings.of(tables())).isEmpty();
    }

    @Test
    void nameTheBatchSizeWithTheHighestMeanTestAccuracy() {
        FindingRecord best = find(
                "best_test_accuracy",
                tables(
                        run(8, 1).with("testAccuracy", 0.80),
                        run(64, 1).with("testAccuracy", 0.87),
                        run(64, 2).with("testAccuracy", 0.89)));

        assertThat(best.batchSize()).isEqualTo(64);
        assertThat(best.value()).isCloseTo(0.88, within(1e-12));
        // t(0.975, 1) = 12.706; s / sqrt(2) = 0.01.
        assertThat(best.low()).isCloseTo(0.88 - 0.12706, within(1e-5));
        assertThat(best.unit()).isEqualTo("share");
        assertThat(best.detail())
                .isEqualTo(
                        "Batch 64 has the highest test accuracy, 88.00 % (95 % interval 75.29 % to 100.71 %, 2 runs);"
                                + " next is batch 8 with 80.00 %.");
    }

    @Test
    void takeTheLowestTestLossForRegression() {
        FindingRecord best = find(
                "lowest_test_loss",
                tables(
                        run(8, 1).with("task", "regression").with("testLoss", 0.5),
                        run(64, 1).with("task", "regression").with("testLoss", 0.7)));

        assertThat(best.batchSize()).isEqualTo(8);
        assertThat(best.detail())
                .isEqualTo("Batch 8 has the lowest test loss, 0.5 (one seed); next is batch 64 with 0.7.");
    }

    @Test
    void sayThatRunsStoppedAtTheTargetCouldHaveDoneBetter() {
        FindingRecord best = find(
                "best_test_accuracy", tables(run(8, 1).with("testAccuracy", 0.8).with("outcome", "ReachedTarget")));

        assertThat(best.detail()).contains("runs were stopped at the target");
    }

    @Test
    void giveTheFewestStepsExamplesAndSecondsToTheTarget() {
        StudyTables tables = tables(
                run(8, 1)
                        .with("stepsToTarget", 1000L)
                        .with("examplesToTarget", 8000L)
                        .with("secondsToTarget", 20.0),
                run(64, 1)
                        .with("stepsToTarget", 200L)
                        .with("examplesToTarget", 12_800L)
                        .with("secondsToTarget", 5.0));

        assertThat(find("fewest_steps_to_target", tables).batchSize()).isEqualTo(64);
        assertThat(find("fewest_examples_to_target", tables).batchSize()).isEqualTo(8);
        FindingRecord seconds = find("fewest_seconds_to_target", tables);
        assertThat(seconds.value()).isEqualTo(5);
        assertThat(seconds.detail()).isEqualTo("Batch 64 reached the target with the fewest seconds, 5 (one seed).");
    }

    @Test
    void preferABatchSizeAtWhichEveryRunArrived() {
        FindingRecord steps = find(
                "fewest_steps_to_target",
                tables(
                        run(8, 1).with("stepsToTarget", 1000L),
                        run(64, 1).with("stepsToTarget", 10L),
                        run(64, 2),
                        run(64, 3).with("stepsToTarget", 10L)));

        assertThat(steps.batchSize()).isEqualTo(8);
        assertThat(steps.detail()).contains("not every run arrived at batch 64 (2 of 3 runs)");
    }

    @Test
    void giveNoFewestStepsWhereNoBatchSizeAlwaysArrived() {
        FindingRecord steps = find("fewest_steps_to_target", tables(run(64, 1).with("stepsToTarget", 10L), run(64, 2)));

        assertThat(steps.batchSize()).isNull();
        assertThat(steps.value()).isNull();
        assertThat(steps.detail()).startsWith("At no batch size did every run reach the target");
    }

    /** Times of runs that went on with another number of workers are not kept; arrived they have all the same. */
    @Test
    void doNotTakeAMissingTimeForAMissedTarget() {
        FindingRecord seconds = find(
                "fewest_seconds_to_target",
                tables(
                        run(8, 1).with("stepsToTarget", 10L),
                        run(8, 2).with("stepsToTarget", 10L).with("secondsToTarget", 1.0)));

        assertThat(seconds.batchSize()).isNull();
        assertThat(seconds.detail())
                .isEqualTo(
                        "The fewest seconds to the target cannot be told: of some runs they are not known, as of runs"
                                + " that went on with another number of workers.");
    }

    @Test
    void saysNothingOfATargetThatNoRunReached() {
        assertThat(Findings.of(tables(run(64, 1))))
                .extracting(FindingRecord::finding)
                .filteredOn(finding -> !finding.startsWith("recommended_"))
                .containsExactly("diverged_runs");
    }

    @Test
    void nameTheBatchSizeWithTheHighestThroughput() {
        FindingRecord fastest = find(
                "highest_throughput",
                tables(
                        run(8, 1).with("examplesPerSecond", 500.0),
                        run(64, 1).with("examplesPerSecond", 4000.0).with("workers", 2)));

        assertThat(fastest.batchSize()).isEqualTo(64);
        assertThat(fastest.unit()).isEqualTo("examples/s");
        assertThat(fastest.detail())
                .isEqualTo("Batch 64 gets through the most examples, 4,000 (one seed) a second with 2 workers.");
    }

    @Test
    void findTheLargestBatchThatIsNotDistinguishableFromTheBest() {
        FindingRecord largest = find(
                "largest_batch_within_noise",
                tables(
                        run(8, 1).with("testAccuracy", 0.880),
                        run(8, 2).with("testAccuracy", 0.884),
                        run(64, 1).with("testAccuracy", 0.879),
                        run(64, 2).with("testAccuracy", 0.883),
                        run(512, 1).with("testAccuracy", 0.700),
                        run(512, 2).with("testAccuracy", 0.704)));

        assertThat(largest.batchSize()).isEqualTo(64);
        assertThat(largest.value()).isEqualTo(64);
        // Both variances 8e-6: t(0.975, 2) = 4.3027 times sqrt(8e-6) = 0.01217.
        assertThat(largest.detail())
                .isEqualTo(
                        "Up to batch 64 the test accuracy cannot be told from the best, that of batch 8; with 2 runs a"
                                + " batch size, differences below 1.22 points would not show; batch 512 is worse by 18.00 points.");
    }

    @Test
    void doNotPassABatchSizeThatDiverged() {
        FindingRecord largest = find(
                "largest_batch_within_noise",
                tables(
                        run(8, 1).with("testAccuracy", 0.880),
                        run(8, 2).with("testAccuracy", 0.884),
                        run(64, 1).with("testAccuracy", 0.880),
                        run(64, 2).diverged()));

        assertThat(largest.batchSize()).isEqualTo(8);
        assertThat(largest.detail())
                .isEqualTo(
                        "Batch 8 is the largest that keeps the best test accuracy: at batch 64 only 1 of 2 runs ended regularly.");
    }

    @Test
    void refuseToTellNoiseFromOneSeedAndSayWhichRunsWould() {
        FindingRecord largest = find(
                "largest_batch_within_noise",
                tables(run(8, 1).with("testAccuracy", 0.88), run(64, 1).with("testAccuracy", 0.87)));

        assertThat(largest.batchSize()).isNull();
        assertThat(largest.value()).isNull();
        assertThat(largest.detail())
                .isEqualTo(
                        "One run a batch size cannot tell a difference from noise: train batches 8 to 64 with at least"
                                + " 3 seeds to learn how large a batch keeps the quality.");
    }

    @Test
    void giveTheLargestAndTheSmallestGap() {
        StudyTables tables = tables(
                run(8, 1).with("gapAccuracy", 0.05).with("trainAccuracy", 0.93),
                run(64, 1).with("gapAccuracy", 0.01).with("trainAccuracy", 0.89));

        FindingRecord largest = find("largest_generalization_gap", tables);
        assertThat(largest.batchSize()).isEqualTo(8);
        assertThat(largest.detail())
                .isEqualTo(
                        "Batch 8 has the largest gap between training and test accuracy, 5.00 points (one seed), at a"
                                + " training accuracy of 93.00 %.");
        assertThat(find("smallest_generalization_gap", tables).batchSize()).isEqualTo(64);
    }

    @Test
    void countDivergedRunsAndSayWhereTheyAre() {
        FindingRecord diverged = find(
                "diverged_runs",
                tables(run(8, 1), run(64, 1).with("peakLearningRate", 1.6).diverged(), run(64, 2)));

        assertThat(diverged.value()).isEqualTo(1);
        assertThat(diverged.detail())
                .isEqualTo(
                        "1 of 3 runs diverged: batch 64 (1 of 2, peak rate 0.1, 1.6); lower the learning rate there or"
                                + " warm up longer.");
        assertThat(find("diverged_runs", tables(run(8, 1))).detail()).isEqualTo("No run diverged (1 run).");
    }

    @Test
    void countFailedRuns() {
        assertThat(find("failed_runs", tables(run(8, 1), run(8, 2).with("outcome", "Failed")))
                        .value())
                .isEqualTo(1);
    }

    private static FindingRecord find(String name, StudyTables tables) {
        List<FindingRecord> found = Findings.of(tables).stream()
                .filter(finding -> finding.finding().equals(name))
                .toList();
        assertThat(found).as(name).hasSize(1);
        return found.get(0);
    }
}
