package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.analysis.Findings;
import io.batchscope.analysis.LawCurves;
import io.batchscope.analysis.RateRows;
import io.batchscope.analysis.RunFixture;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import org.junit.jupiter.api.Test;

class RateTablesTest {
    private static RunFixture rate(double factor, String column, double value) {
        return run(8, 1)
                .with("runId", "r" + factor)
                .with("learningRateFactor", factor)
                .with("peakLearningRate", factor)
                .with("trainLoss", 1 / factor)
                .with(column, value);
    }

    /** Which split rates were chosen on is not always the validation split. */
    @Test
    void saysThatRatesWereChosenByTheTrainingLossWithoutAValidationSplit() {
        StudyTables tables = tables(rate(1, "testAccuracy", 0.9), rate(2, "testAccuracy", 0.8));
        StudySummary summary = StudySummary.of(tables);

        assertThat(RateTables.note(summary))
                .contains("and then the one with the best training loss.")
                .contains("cannot be told without a validation split")
                .doesNotContain("validation loss");
        Table trials = RateTables.trials(summary);
        assertThat(trials.columns())
                .extracting(Table.Column::title)
                .contains("Training loss")
                .noneMatch(title -> title.contains("Validation"));
        assertThat(trials.rows().get(0)).contains("1.0000");
        assertThat(Findings.of(tables))
                .filteredOn(finding -> finding.finding().equals("learning_rate_range_octaves"))
                .extracting(FindingRecord::detail)
                .containsExactly(
                        "Batch 8: it cannot be told how wide a range of rates trains, as no validation loss was"
                                + " measured; hold out a validation split (data.validation-fraction).");
    }

    /** Bars end where rates were tried, lines begin at the smallest batch size's tuned rate. */
    @Test
    void drawsTheBestRateByBatchSize() throws Exception {
        RateRows rows = new RateRows();
        for (long batch : new long[] {1, 4, 16}) {
            for (double factor : new double[] {0.5, 1, 2, 4}) {
                // The best is 0.1, 0.2 and 0.4.
                double distance = Math.abs(Math.log(factor * factor / batch));
                rows.add(batch, factor, 1, run(batch, 1).with("validationLoss", 1 + distance));
            }
        }
        StudyTables tables = rows.tables();
        JsonNode data = new ObjectMapper()
                .readTree(Charts.of(tables, StudySummary.of(tables), LawCurves.NONE)
                        .json())
                .path("data");

        assertThat(data.path("rateBest"))
                .extracting(row -> row.path("rate").asDouble())
                .containsExactly(0.1, 0.2, 0.4);
        assertThat(data.path("rateBest").get(2).path("high").asDouble()).isEqualTo(0.4);
        assertThat(data.path("rateBest").get(1).path("high").asDouble()).isCloseTo(Math.sqrt(0.08), within(1e-5));
        // Only two batch sizes have a best rate between others.
        assertThat(data.path("rateLines"))
                .extracting(row -> row.path("line").asText())
                .contains("linear scaling", "square-root scaling")
                .doesNotContain("law");
        assertThat(data.path("rateLines"))
                .filteredOn(row -> row.path("batch").asDouble() == 16)
                .extracting(row -> row.path("rate").asDouble())
                .containsExactly(1.6, 0.4);
    }

    @Test
    void namesTheMeasureOnTheValidationSplitThatRatesWereChosenBy() {
        StudySummary summary =
                StudySummary.of(tables(rate(1, "validationAccuracy", 0.9), rate(2, "validationAccuracy", 0.8)));

        assertThat(RateTables.note(summary))
                .contains("and then the one with the best validation accuracy.")
                .contains("takes off the validation loss");
        assertThat(RateTables.trials(summary).columns())
                .extracting(Table.Column::title)
                .contains("Validation loss", "Validation accuracy (%)");
    }
}
