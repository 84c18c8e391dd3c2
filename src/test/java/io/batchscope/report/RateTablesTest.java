package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.Findings;
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
