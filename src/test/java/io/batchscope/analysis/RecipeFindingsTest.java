package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeFindingsTest {
    @Test
    void areNoneForOneRecipe() {
        assertThat(Findings.of(tables(linear(64, 1, 0.8), linear(64, 2, 0.9))))
                .extracting(FindingRecord::finding)
                .noneMatch(name -> name.contains("recipe") || name.contains("without_shown_loss"));
    }

    @Test
    void giveThePairedDifferenceFromTheFirstRecipe() {
        // Differences -0.002, -0.001, -0.003: mean -0.002, s = 0.001, t(0.975, 2) = 4.3027, half 0.00248.
        FindingRecord difference = only(
                "recipe_accuracy_difference",
                tables(
                        linear(256, 1, 0.800).with("trainSeconds", 10.0),
                        linear(256, 2, 0.900),
                        linear(256, 3, 0.850),
                        adascale(256, 1, 0.798).with("trainSeconds", 8.0),
                        adascale(256, 2, 0.899),
                        adascale(256, 3, 0.847)));

        assertThat(difference.batchSize()).isEqualTo(256);
        assertThat(difference.value()).isCloseTo(-0.002, within(1e-12));
        assertThat(difference.low()).isCloseTo(-0.002 - 0.0024842, within(1e-6));
        assertThat(difference.high()).isCloseTo(-0.002 + 0.0024842, within(1e-6));
        assertThat(difference.unit()).isEqualTo("share");
        assertThat(difference.detail())
                .isEqualTo(
                        "Batch 256 with adascale: test accuracy 0.20 points below linear (95 % interval -0.45 to 0.05,"
                                + " no difference is shown with 3 seeds; one of 0.25 points would not show), in 0.8 of its time.");
    }

    @Test
    void sayOfARegressionThatALowerLossIsBetter() {
        FindingRecord difference = only(
                "recipe_loss_difference",
                tables(
                        loss(linear(64, 1, 0), 0.5), loss(linear(64, 2, 0), 0.6),
                        loss(adascale(64, 1, 0), 0.4), loss(adascale(64, 2, 0), 0.501)));

        assertThat(difference.unit()).isEqualTo("loss");
        assertThat(difference.detail()).contains("test loss 0.0995 below linear", "2 seeds: shown to be better");
    }

    @Test
    void sayThatTheSameRunsUnderTwoNamesAreTheSame() {
        StudyTables tables = tables(linear(64, 1, 0.8), linear(64, 2, 0.9), adascale(64, 1, 0.8), adascale(64, 2, 0.9));

        assertThat(only("recipe_accuracy_difference", tables).detail())
                .isEqualTo("Batch 64 with adascale: test accuracy the same as with linear for every one of 2 seeds.");
    }

    @Test
    void haveNoIntervalFromOneSeed() {
        StudyTables tables = tables(linear(64, 1, 0.8), adascale(64, 1, 0.7));

        FindingRecord difference = only("recipe_accuracy_difference", tables);
        assertThat(difference.low()).isNull();
        assertThat(difference.detail()).contains("(one common seed: no interval, so nothing is shown)");
        assertThat(all("largest_batch_without_shown_loss", tables)).allSatisfy(finding -> {
            assertThat(finding.value()).isNull();
            assertThat(finding.detail()).contains(": one run a batch size cannot tell a difference from noise");
        });
        assertThat(only("best_recipe", tables).detail())
                .endsWith(
                        "next is adascale, 10.00 points away (seed by seed: one common seed: no interval, so nothing is"
                                + " shown).");
    }

    @Test
    void sayWhereARecipeOrTheFirstOneIsMissing() {
        StudyTables tables = tables(linear(64, 1, 0.8), adascale(128, 1, 0.7));

        assertThat(only("recipe_accuracy_difference", tables).detail())
                .isEqualTo(
                        "Batch 128 with adascale: no difference can be given, as linear was not run at this batch size.");
        assertThat(all("best_recipe", tables)).isEmpty();
    }

    @Test
    void nameTheBestRecipeByValidationAndHowFarTheNextIs() {
        // Test accuracy would name the other one. Differences 0.01 and 0.03: mean 0.02, s = 0.01414, half 12.706 ·
        // 0.01.
        FindingRecord best = only(
                "best_recipe",
                tables(
                        validated(linear(64, 1, 0.99), 0.80),
                        validated(linear(64, 2, 0.99), 0.90),
                        validated(adascale(64, 1, 0.10), 0.81),
                        validated(adascale(64, 2, 0.10), 0.93)));

        assertThat(best.batchSize()).isEqualTo(64);
        assertThat(best.value()).isCloseTo(0.87, within(1e-12));
        assertThat(best.detail())
                .startsWith("At batch 64 adascale has the highest validation accuracy, 87.00 %")
                .endsWith(
                        "; next is linear, 2.00 points away (seed by seed: 95 % interval -10.71 to 14.71, no difference is"
                                + " shown with 2 seeds; one of 12.71 points would not show).");
    }

    @Test
    void leaveARecipeThatLostRunsOutOfTheBest() {
        StudyTables tables = tables(
                linear(64, 1, 0.95),
                linear(64, 2, 0).diverged(),
                adascale(64, 1, 0.80),
                adascale(64, 2, 0.83),
                sqrt(64, 1, 0.70),
                sqrt(64, 2, 0.72));

        // Differences 0.10 and 0.11: half 12.706 · 0.005.
        assertThat(only("best_recipe", tables).detail())
                .startsWith("At batch 64 adascale has the highest test accuracy, 81.50 %")
                .contains(
                        "next is sqrt, 10.50 points away (seed by seed: 95 % interval 4.15 to 16.85, 2 seeds: shown to be"
                                + " better)")
                .endsWith("; left out, as not all runs ended: linear (1 Completed, 1 Diverged).");
    }

    @Test
    void sayThatARecipeDivergedAndAtWhichRate() {
        StudyTables tables = tables(
                linear(8192, 1, 0.8),
                linear(8192, 2, 0.9),
                adascale(8192, 1, 0).with("peakLearningRate", 6.4).diverged(),
                adascale(8192, 2, 0).with("peakLearningRate", 6.4).diverged());

        FindingRecord diverged = only("recipe_diverged_runs", tables);
        assertThat(diverged.value()).isEqualTo(2);
        assertThat(diverged.detail())
                .isEqualTo(
                        "Batch 8,192 with adascale: 2 of 2 runs diverged at a peak rate of 6.4: at step 7, loss Infinity.");
        assertThat(only("recipe_accuracy_difference", tables).detail())
                .endsWith(
                        "no difference can be given, as no run ended regularly (2 Diverged: at step 7, loss Infinity).");
        assertThat(only("best_recipe", tables).detail())
                .startsWith(
                        "At batch 8,192 linear is the only one of 2 recipes all of whose runs ended regularly; its test"
                                + " accuracy, 85.00 %")
                .endsWith("; not so adascale (all 2 diverged).");
        assertThat(only("diverged_runs", tables).detail())
                .startsWith("2 of 4 runs diverged: batch 8,192 with adascale (2 of 2, peak rate 6.4)");
    }

    @Test
    void sayThatNoRecipeEnded() {
        StudyTables tables = tables(
                linear(64, 1, 0.8),
                adascale(64, 1, 0.8),
                linear(128, 1, 0).diverged(),
                adascale(128, 1, 0).diverged());

        assertThat(all("best_recipe", tables).get(1).detail())
                .isEqualTo(
                        "At batch 128 no recipe had all of its runs end regularly: linear (Diverged), adascale (Diverged).");
        assertThat(all("best_recipe", tables).get(1).value()).isNull();
    }

    @Test
    void warnOfADifferenceOverTheSurvivors() {
        StudyTables tables = tables(
                linear(64, 1, 0.8),
                linear(64, 2, 0.9),
                adascale(64, 1, 0.85),
                adascale(64, 2, 0).diverged());

        assertThat(only("recipe_accuracy_difference", tables).detail())
                .startsWith(
                        "Batch 64 with adascale (1 of 2 runs ended regularly): test accuracy 5.00 points above linear");
    }

    @Test
    void sayWhyARecipeFailed() {
        StudyTables tables = tables(
                linear(64, 1, 0.8),
                adascale(64, 1, 0).with("outcome", "Failed").with("outcomeDetail", "worker 1 was lost"));

        assertThat(only("recipe_failed_runs", tables).detail())
                .isEqualTo("Batch 64 with adascale: 1 of 1 run failed: worker 1 was lost.");
    }

    @Test
    void findHowLargeABatchEachRecipeBears() {
        StudyTables tables = tables(
                linear(64, 1, 0.90),
                linear(64, 2, 0.92),
                linear(128, 1, 0.89),
                linear(128, 2, 0.91),
                linear(256, 1, 0.40),
                linear(256, 2, 0.41),
                adascale(64, 1, 0.90),
                adascale(64, 2, 0.92),
                adascale(128, 1, 0.89),
                adascale(128, 2, 0.92),
                adascale(256, 1, 0.89),
                adascale(256, 2, 0.91));

        List<FindingRecord> largest = all("largest_batch_without_shown_loss", tables);

        assertThat(largest).extracting(FindingRecord::batchSize).containsExactly(128L, 256L);
        // s = 0.01414 twice, so s / √2 of each mean is 0.01, of the difference 0.01414; t(0.975, 2) = 4.3027.
        assertThat(largest.get(0).detail())
                .isEqualTo(
                        "With linear: up to batch 128 the test accuracy cannot be told from the best, that of batch 64;"
                                + " with 2 runs a batch size, differences below 6.08 points would not show; batch 256 is worse by"
                                + " 50.50 points.");
        assertThat(largest.get(1).detail())
                .startsWith("With adascale: up to batch 256")
                .endsWith("would not show.");
    }

    @Test
    void endTheBatchThatARecipeBearsWhereItDiverges() {
        StudyTables tables = tables(
                linear(64, 1, 0.90),
                linear(64, 2, 0.92),
                linear(128, 1, 0.99),
                linear(128, 2, 0).diverged(),
                linear(256, 1, 0.90),
                linear(256, 2, 0.92),
                adascale(64, 1, 0).diverged(),
                adascale(64, 2, 0.9));

        List<FindingRecord> largest = all("largest_batch_without_shown_loss", tables);

        // The best is 256, at which all ended; 128 with its survivor is not.
        assertThat(largest.get(0).batchSize()).isEqualTo(256);
        assertThat(largest.get(1).batchSize()).isNull();
        assertThat(largest.get(1).detail()).isEqualTo("With adascale: at no batch size did every run end regularly.");
    }

    @Test
    void leaveBatchSizesAloneToTheFirstRecipeAndSaySo() {
        StudyTables tables = tables(adascale(64, 1, 0.95), linear(64, 1, 0.80), linear(128, 1, 0.70));

        assertThat(only("best_test_accuracy", tables).value()).isEqualTo(0.80);
        assertThat(only("best_test_accuracy", tables).detail()).startsWith("With linear: batch 64 has the highest");
    }

    @Test
    void compareWithinTheSameModeWhereThereAreSeveral() {
        StudyTables tables = tables(
                linear(64, 1, 0.90), averaged(linear(64, 1, 0.80)),
                adascale(64, 1, 0.91), averaged(adascale(64, 1, 0.83)));

        assertThat(all("recipe_accuracy_difference", tables))
                .extracting(finding -> NumberText.fixed(finding.value(), 3))
                .containsExactly("0.010", "0.030");
        assertThat(all("recipe_accuracy_difference", tables).get(1).detail())
                .startsWith(
                        "Batch 64 with adascale; parameter-averaging, every 8 steps: test accuracy 3.00 points above"
                                + " linear; parameter-averaging, every 8 steps");
        assertThat(all("mode_accuracy_difference", tables))
                .extracting(finding -> NumberText.fixed(finding.value(), 3))
                .containsExactly("-0.100", "-0.080");
        assertThat(all("mode_accuracy_difference", tables).get(1).detail())
                .contains("points below adascale; synchronous");
        assertThat(all("best_recipe", tables)).hasSize(2);
        assertThat(only("best_test_accuracy", tables).detail()).startsWith("With linear; synchronous: batch 64");
    }

    @Test
    void countAFailureOnceWhereModesAreComparedToo() {
        StudyTables tables = tables(
                linear(64, 1, 0.9), averaged(linear(64, 1, 0.8)),
                adascale(64, 1, 0.9).with("outcome", "Failed"), averaged(adascale(64, 1, 0.8)));

        assertThat(only("mode_failed_runs", tables).detail())
                .startsWith("Batch 64 with adascale; synchronous: 1 of 1 run");
        assertThat(all("recipe_failed_runs", tables)).isEmpty();
    }

    private static RunFixture linear(long batch, long seed, double accuracy) {
        return with("linear", 0, batch, seed, accuracy);
    }

    /** Before the others by name, after linear by number. */
    private static RunFixture adascale(long batch, long seed, double accuracy) {
        return with("adascale", 1, batch, seed, accuracy);
    }

    private static RunFixture sqrt(long batch, long seed, double accuracy) {
        return with("sqrt", 2, batch, seed, accuracy);
    }

    private static RunFixture with(String recipe, int number, long batch, long seed, double accuracy) {
        return run(batch, seed)
                .with("runId", recipe + batch + "-" + seed)
                .with("recipe", recipe)
                .with("recipeNumber", number)
                .with("syncMode", "synchronous")
                .with("testAccuracy", accuracy);
    }

    private static RunFixture averaged(RunFixture run) {
        return run.with("runId", "averaged " + run.toRecord().runId())
                .with("syncMode", "parameter-averaging")
                .with("syncSettings", "every 8 steps");
    }

    private static RunFixture validated(RunFixture run, double accuracy) {
        return run.with("validationAccuracy", accuracy);
    }

    private static RunFixture loss(RunFixture run, double loss) {
        return run.with("task", "regression").with("testAccuracy", null).with("testLoss", loss);
    }

    private static FindingRecord only(String name, StudyTables tables) {
        List<FindingRecord> found = all(name, tables);
        assertThat(found).as(name).hasSize(1);
        return found.get(0);
    }

    private static List<FindingRecord> all(String name, StudyTables tables) {
        return Findings.of(tables).stream()
                .filter(finding -> finding.finding().equals(name))
                .toList();
    }
}
