package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which rate is the tuned one, and what is then said of a batch size. */
class RateSearchTest {
    private static RunFixture accurate(long seed, double validation) {
        return run(64, seed).with("validationAccuracy", validation).with("testAccuracy", 1 - validation);
    }

    private static double tuned(RateRows rows) {
        return rows.search().tuned().factor();
    }

    private static FindingRecord best(RateRows rows) {
        return Findings.of(rows.tables()).stream()
                .filter(finding -> finding.finding().equals("best_learning_rate"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isTheOneWithTheBestMeanOnTheValidationSplitWhateverTheTestSplitSays() {
        RateRows rows = new RateRows()
                .add(64, 0.5, 1, accurate(1, 0.7))
                .add(64, 0.5, 2, accurate(2, 0.7))
                .add(64, 1, 1, accurate(1, 0.9))
                .add(64, 1, 2, accurate(2, 0.6))
                .add(64, 2, 1, accurate(1, 0.4))
                .add(64, 2, 2, accurate(2, 0.5));

        assertThat(tuned(rows)).isEqualTo(1);
        FindingRecord finding = best(rows);
        assertThat(finding.value()).isEqualTo(0.1);
        assertThat(finding.detail())
                .isEqualTo("Batch 64: the best of 3 rates is 0.1 (× 1), with a validation accuracy of 75.00 %; next is"
                        + " 0.05 (× 0.5), with a validation accuracy of 70.00 %.");
    }

    @Test
    void isOfTheTrainingLossWithoutAValidationSplit() {
        RateRows rows = new RateRows()
                .add(64, 1, 1, run(64, 1).with("trainLoss", 0.5).with("testLoss", 0.1))
                .add(64, 2, 1, run(64, 1).with("trainLoss", 0.4).with("testLoss", 0.9))
                .add(64, 4, 1, run(64, 1).with("trainLoss", 0.6).with("testLoss", 0.2));
        assertThat(tuned(rows)).isEqualTo(2);
    }

    /** Shallue et al. 2019: steps to the target; those that arrive with more seeds go first. */
    @Test
    void isTheOneThatArrivesSoonestAmongThoseThatArriveMostOften() {
        RateRows rows = new RateRows()
                .add(64, 1, 1, accurate(1, 0.9).with("stepsToTarget", 90L))
                .add(64, 1, 2, accurate(2, 0.9).with("stepsToTarget", 80L))
                .add(64, 2, 1, accurate(1, 0.8).with("stepsToTarget", 60L))
                .add(64, 2, 2, accurate(2, 0.8).with("stepsToTarget", 70L))
                .add(64, 4, 1, accurate(1, 0.8).with("stepsToTarget", 10L))
                .add(64, 4, 2, accurate(2, 0.7))
                .add(64, 8, 1, accurate(1, 0.8).with("stepsToTarget", 5L))
                .add(64, 8, 2, accurate(2, 0.7).with("stepsToTarget", 5L).diverged());

        assertThat(tuned(rows)).isEqualTo(2);
        assertThat(best(rows).detail())
                .contains("0.2 (× 2), with 2 of 2 runs at the target after 65 updates; next is 0.1 (× 1), with 2 of 2");
    }

    @Test
    void isNotOneAtWhichASeedDivergedWhereThereIsAnother() {
        RateRows rows = new RateRows()
                .add(64, 1, 1, accurate(1, 0.6))
                .add(64, 1, 2, accurate(2, 0.6))
                .add(64, 2, 1, accurate(1, 0.9))
                .add(64, 2, 2, run(64, 2).diverged());
        assertThat(tuned(rows)).isEqualTo(1);
        assertThat(best(rows).detail()).contains("90.00 % (1 of 2 runs diverged)");
    }

    /** With seed 2, which only × 1 has so far, × 1 would look better than it is; with seed 1 it does not. */
    @Test
    void isComparedOverTheSeedsThatAllRatesHave() {
        RateRows rows = new RateRows()
                .add(64, 0.5, 1, accurate(1, 0.5))
                .add(64, 1, 1, accurate(1, 0.6))
                .add(64, 1, 2, accurate(2, 0.99))
                .add(64, 2, 1, accurate(1, 0.7))
                .add(64, 2, 2, run(64, 2).with("outcome", "Failed"));

        RateSearch search = rows.search();
        assertThat(search.seeds()).isEqualTo(Set.of(1L));
        assertThat(search.tuned().factor()).isEqualTo(2);
        assertThat(best(rows).detail())
                .contains("; compared over 1 of 2 seeds, as not all rates have the others; it is the largest");
    }

    @Test
    void isNotOneWithoutASeedThatTheOthersHave() {
        RateRows rows = new RateRows()
                .add(64, 0.5, 1, accurate(1, 0.5))
                .add(64, 0.5, 2, accurate(2, 0.5))
                .add(64, 1, 1, accurate(1, 0.6))
                .add(64, 1, 2, accurate(2, 0.6))
                .add(64, 2, 1, run(64, 1).with("outcome", "Failed"))
                .add(64, 2, 3, accurate(3, 0.99));

        assertThat(tuned(rows)).isEqualTo(1);
        assertThat(best(rows).detail()).contains("; not compared, without a seed that all have: 0.2 (× 2)");
    }

    @Test
    void saysThatTheBestMayLieBeyondTheGrid() {
        RateRows large = new RateRows().addAll(64, 1, List.of(1.0, 2.0, 4.0), rate -> 1 - rate);
        assertThat(best(large).detail())
                .endsWith("; it is the largest that was tried, so the best may lie beyond: add 8 to"
                        + " learning-rate.search.factors.");
        RateRows small = new RateRows().addAll(64, 1, List.of(0.5, 2.0, 4.0), rate -> rate);
        assertThat(best(small).detail())
                .endsWith("; it is the smallest that was tried, so the best may lie below: add 0.125 to"
                        + " learning-rate.search.factors.");
        RateRows within = new RateRows().addAll(64, 1, List.of(0.5, 1.0, 2.0), rate -> Math.abs(rate - 0.1));
        assertThat(best(within).detail()).doesNotContain("tried");
    }

    @Test
    void isTheSmallestAndNotCalledBestWhereAllDiverged() {
        RateRows rows = new RateRows().addAll(64, 1, List.of(1.0, 2.0, 4.0), rate -> Double.NaN);
        assertThat(tuned(rows)).isEqualTo(1);
        assertThat(best(rows).value()).isNull();
        assertThat(best(rows).detail())
                .isEqualTo("Batch 64: all runs diverged at all 3 rates; add 0.5 to learning-rate.search.factors.");
    }

    @Test
    void allElseIsSaidOfTheTunedRunsAlone() {
        RateRows rows = new RateRows()
                .add(8, 1, 1, run(8, 1).with("validationAccuracy", 0.8).with("testAccuracy", 0.7))
                .add(8, 2, 1, run(8, 1).with("validationAccuracy", 0.7).with("testAccuracy", 0.9))
                .add(8, 4, 1, run(8, 1).diverged())
                .add(64, 1, 1, run(64, 1).with("validationAccuracy", 0.5).with("testAccuracy", 0.5))
                .add(64, 2, 1, run(64, 1).with("validationAccuracy", 0.6).with("testAccuracy", 0.6))
                .add(64, 4, 1, run(64, 1).diverged());
        StudySummary summary = StudySummary.of(rows.tables());

        assertThat(summary.runs()).isEqualTo(6);
        assertThat(summary.outcomes()).containsEntry("Diverged", 2).containsEntry("Completed", 4);
        assertThat(summary.batches()).extracting(BatchSummary::runs).containsExactly(1, 1);
        assertThat(summary.batches())
                .extracting(BatchSummary::peakLearningRates)
                .containsExactly(List.of(0.1), List.of(0.2));
        List<FindingRecord> findings = Findings.of(rows.tables());
        assertThat(findings)
                .filteredOn(finding -> finding.finding().equals("best_test_accuracy"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.value()).isEqualTo(0.7);
                    assertThat(finding.detail()).endsWith("; tuned rate there 0.1 (× 1).");
                });
        assertThat(findings)
                .filteredOn(finding -> finding.finding().equals("diverged_runs"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.value()).isZero();
                    assertThat(finding.detail())
                            .isEqualTo("No run with a tuned rate diverged (2 runs); of 4 runs with other rates 2 did.");
                });
        assertThat(RateSearches.of(rows.tables()).tuned(rows.tables()).runs())
                .extracting(RunRecord::runId)
                .containsExactly("r8x1.0-1", "r64x2.0-1");
    }

    @Test
    void searchesEachRecipeByItself() {
        RateRows rows = new RateRows();
        for (String recipe : List.of("a", "b")) {
            for (double factor : new double[] {1, 2}) {
                boolean good = recipe.equals("a") == (factor == 1);
                rows.add(
                        64,
                        factor,
                        recipe.equals("a") ? 1 : 2,
                        run(64, 1)
                                .with("recipe", recipe)
                                .with("recipeNumber", recipe.equals("a") ? 0 : 1)
                                .with("validationAccuracy", good ? 0.9 : 0.1));
            }
        }
        assertThat(RateSearches.of(rows.tables()).searches())
                .extracting(search -> search.variant().name() + search.tuned().factor())
                .containsExactly("a1.0", "b2.0");
        assertThat(best(rows).detail()).startsWith("Batch 64 with a: the best of 2 rates is 0.1");
    }

    @Test
    void isNotLookedForWhereEachBatchSizeHasOneRate() {
        StudyTables tables = RunFixture.tables(run(8, 1), run(64, 1).with("peakLearningRate", 0.8));
        assertThat(RateSearches.of(tables).isEmpty()).isTrue();
        assertThat(RateSearches.of(tables).tuned(tables)).isSameAs(tables);
        assertThat(Findings.of(tables))
                .extracting(FindingRecord::finding)
                .doesNotContain("best_learning_rate", "learning_rate_range_octaves");
    }

    @Test
    void divergenceIsCountedByRate() {
        RateRows rows = new RateRows()
                .addAll(64, 1, List.of(1.0, 2.0, 4.0, 8.0), rate -> rate > 0.3 ? Double.NaN : rate)
                .addAll(64, 2, List.of(1.0, 2.0, 4.0, 8.0), rate -> rate == 0.4 ? 0.4 : rate > 0.3 ? Double.NaN : rate);
        assertThat(Findings.of(rows.tables()))
                .filteredOn(finding -> finding.finding().equals("largest_rate_without_divergence"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.value()).isEqualTo(0.2);
                    assertThat(finding.detail())
                            .isEqualTo(
                                    "Batch 64: up to a rate of 0.2 no run diverged; of those at 0.4 (× 4) 1 of 2 runs"
                                            + " did, 0.8 (× 8) 2 of 2 runs did.");
                });
    }
}
