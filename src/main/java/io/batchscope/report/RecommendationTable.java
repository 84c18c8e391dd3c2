package io.batchscope.report;

import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.Recommendation;
import io.batchscope.analysis.StudySummary;
import io.batchscope.report.Table.Column;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What to train with, for each purpose, as texts. */
final class RecommendationTable {
    /** How to read the table. */
    static final String NOTE =
            "Out of what was trained here, by what was measured. Confidence: high where the runs show it to be better than everything else,"
                    + " moderate where others cannot be told from it, low where there is one run a batch size.";

    private RecommendationTable() {}

    static Table of(StudySummary summary, List<Recommendation> recommendations) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("For"), Column.number("Batch size")));
        if (summary.hasVariants()) {
            columns.add(Column.text(Table.capitalized(summary.variants().word())));
        }
        columns.addAll(List.of(
                Column.number("Peak rate"),
                Column.number("Warmup (updates)"),
                Column.number("Workers"),
                Column.text("Confidence"),
                Column.text("Why, or what would decide it")));
        return new Table(
                columns,
                recommendations.stream()
                        .map(recommendation -> row(summary, recommendation))
                        .toList());
    }

    private static List<String> row(StudySummary summary, Recommendation recommendation) {
        List<String> row = new ArrayList<>(List.of(recommendation.purpose().words()));
        Recommendation.Choice choice = recommendation.choice();
        if (choice == null) {
            row.addAll(Collections.nCopies(summary.hasVariants() ? 6 : 5, NumberText.NOT_MEASURED));
        } else {
            row.add(NumberText.count(choice.batchSize()));
            if (summary.hasVariants()) {
                row.add(choice.variant().name());
            }
            row.addAll(List.of(
                    NumberText.significant(choice.peakLearningRate()),
                    NumberText.count(choice.warmupSteps()),
                    Integer.toString(choice.workers()),
                    choice.confidence().words()));
        }
        row.add(recommendation.detail());
        return row;
    }
}
