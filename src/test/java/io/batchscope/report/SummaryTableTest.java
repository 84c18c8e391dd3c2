package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.RateRows;
import io.batchscope.analysis.RunFixture;
import io.batchscope.analysis.StudySummary;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTableTest {
    @Test
    void alignsItsColumns() {
        String table = SummaryTable.of(StudySummary.of(tables(
                run(1, 1)
                        .with("trainLoss", 0.4)
                        .with("validationAccuracy", 0.85)
                        .with("testAccuracy", 0.84)
                        .with("gapAccuracy", 0.02)
                        .with("examplesPerSecond", 299.6)
                        .with("trainSeconds", 541.2),
                run(1024, 1).with("peakLearningRate", 1.6).diverged())));

        assertThat(table)
                .isEqualTo(
                        """
                        batch  rate   steps  outcome    train loss  val acc  test acc     gap  examples/s  seconds
                            1   0.1  10,240  Completed      0.4000   0.8500    0.8400  0.0200         300    541.2
                        1,024   1.6       –  Diverged            –        –         –       –           –        –
                        """);
    }

    @Test
    void showsLossesForRegression() {
        String table = SummaryTable.of(StudySummary.of(tables(run(8, 1)
                .with("task", "regression")
                .with("validationLoss", 0.25)
                .with("testLoss", 0.5)
                .with("gapLoss", 0.125))));

        assertThat(table).contains("val loss  test loss     gap").contains("0.2500     0.5000  0.1250");
    }

    @Test
    void hasALineForEachModeOfABatchSize() {
        String table = SummaryTable.of(StudySummary.of(tables(
                run(64, 1)
                        .with("syncMode", "parameter-averaging")
                        .with("syncSettings", "every 8 steps")
                        .with("testAccuracy", 0.83),
                run(64, 1).with("runId", "r").with("syncMode", "synchronous").with("testAccuracy", 0.84),
                run(8, 1)
                        .with("syncMode", "parameter-averaging")
                        .with("syncSettings", "every step")
                        .diverged(),
                run(8, 2)
                        .with("syncMode", "parameter-averaging")
                        .with("syncSettings", "every 8 steps")
                        .with("testAccuracy", 0.82))));

        assertThat(table)
                .isEqualTo(
                        """
                        batch  mode                rate  steps  outcome    train loss  val acc  test acc  gap  examples/s  seconds
                            8  averaging, 1 step    0.1      –  Diverged            –        –         –    –           –        –
                            8  averaging, 8 steps   0.1  1,280  Completed           –        –    0.8200    –           –        –
                           64  synchronous          0.1    160  Completed           –        –    0.8400    –           –        –
                           64  averaging, 8 steps   0.1    160  Completed           –        –    0.8300    –           –        –
                        """);
    }

    @Test
    void hasALineForEachRecipeOfABatchSize() {
        String table = SummaryTable.of(StudySummary.of(tables(
                run(64, 1).with("recipe", "linear").with("recipeNumber", 0).with("testAccuracy", 0.84),
                run(64, 1)
                        .with("runId", "r")
                        .with("recipe", "adascale")
                        .with("recipeNumber", 1)
                        .with("testAccuracy", 0.83))));

        assertThat(table)
                .isEqualTo(
                        """
                        batch  recipe    rate  steps  outcome    train loss  val acc  test acc  gap  examples/s  seconds
                           64  linear     0.1    160  Completed           –        –    0.8400    –           –        –
                           64  adascale   0.1    160  Completed           –        –    0.8300    –           –        –
                        """);
    }

    @Test
    void namesRecipeAndModeWhereBothAreCompared() {
        String table = SummaryTable.of(StudySummary.of(tables(
                run(64, 1).with("recipe", "linear").with("syncMode", "synchronous"),
                run(8, 1)
                        .with("recipe", "sqrt")
                        .with("recipeNumber", 1)
                        .with("syncMode", "parameter-averaging")
                        .with("syncSettings", "every 8 steps"))));

        assertThat(table)
                .contains("batch  recipe and mode", "    8  sqrt; averaging, 8 steps", "   64  linear; synchronous");
    }

    @Test
    void fitsModesIntoATerminal() {
        RunFixture wide = run(60_000_000, 1)
                .with("peakLearningRate", 0.000781)
                .with("trainLoss", 0.4)
                .with("gapAccuracy", 0.02)
                .with("examplesPerSecond", 123_456_789.0)
                .with("trainSeconds", 1_000_000.0)
                .with("steps", 99_999_999L)
                .with("syncMode", "dl4j-gradient-sharing")
                .with("syncSettings", "adaptive threshold, sparsity 0.9 to 0.99");
        StudySummary summary = StudySummary.of(tables(
                wide,
                run(60_000_000, 2)
                        .with("syncMode", "dl4j-gradient-sharing")
                        .with("syncSettings", "adaptive threshold, sparsity 0.9 to 0.999")));

        List<String> lines = SummaryTable.of(summary).lines().toList();

        assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line.length())
                .isLessThanOrEqualTo(120));
        assertThat(lines.get(1)).contains("dl4j-", "…", "0.99  ");
        assertThat(lines.get(2)).contains("dl4j-", "…", "0.999  ");
    }

    @Test
    void fitsATerminal() {
        StudySummary summary = StudySummary.of(tables(
                run(60_000_000, 1)
                        .with("peakLearningRate", 0.000781)
                        .with("examplesPerSecond", 123_456_789.0)
                        .with("trainSeconds", 1_000_000.0)
                        .with("steps", 99_999_999L),
                run(60_000_000, 2).with("peakLearningRate", 0.000782).with("outcome", "BudgetExhausted"),
                run(60_000_000, 3).with("peakLearningRate", 0.000783).with("outcome", "ReachedTarget"),
                run(60_000_000, 4).diverged()));

        List<String> lines = SummaryTable.of(summary).lines().toList();

        assertThat(lines.get(1)).contains("0.000781 …", "1 Budget", "…", "123,456,789", "1,000,000.0");
        assertThat(lines).hasSize(2).allSatisfy(line -> assertThat(line.length())
                .isLessThanOrEqualTo(120));
    }

    @Test
    void saysThatThereIsNothing() {
        assertThat(SummaryTable.of(StudySummary.of(tables()))).isEqualTo("No run has ended yet.\n");
    }

    @Test
    void hasTheTunedRateAlone() {
        RateRows rows = new RateRows()
                .add(8, 1, 1, run(8, 1).with("validationAccuracy", 0.5))
                .add(8, 4, 1, run(8, 1).with("validationAccuracy", 0.75));
        assertThat(SummaryTable.of(StudySummary.of(rows.tables())).lines().skip(1))
                .singleElement()
                .asString()
                .contains("0.4 (× 4)")
                .contains("0.7500");
    }
}
