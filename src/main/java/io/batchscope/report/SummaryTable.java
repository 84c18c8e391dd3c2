package io.batchscope.report;

import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.StudySummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The results by batch size as plain text for a terminal of at least 120 columns. */
public final class SummaryTable {
    private static final int OUTCOME_COLUMN = 3;
    private static final int TERMINAL_WIDTH = 120;
    private static final int FEWEST_LETTERS = 8;
    private static final String GUTTER = "  ";

    private SummaryTable() {}

    /** Lines ending in {@code \n}: a head and one a batch size; means over seeds. A note when there are no runs. */
    public static String of(StudySummary summary) {
        if (summary.batches().isEmpty()) {
            return "No run has ended yet.\n";
        }
        String quality = summary.regression() ? "loss" : "acc";
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(
                "batch",
                "rate",
                "steps",
                "outcome",
                "train loss",
                "val " + quality,
                "test " + quality,
                "gap",
                "examples/s",
                "seconds"));
        summary.batches().forEach(batch -> lines.add(line(batch, summary.regression())));
        return layOut(lines);
    }

    private static List<String> line(BatchSummary batch, boolean regression) {
        return List.of(
                NumberText.count(batch.batchSize()),
                rates(batch),
                fixed(batch.steps(), 0),
                batch.outcomeText(),
                fixed(batch.trainLoss(), 4),
                fixed(regression ? batch.validationLoss() : batch.validationAccuracy(), 4),
                fixed(regression ? batch.testLoss() : batch.testAccuracy(), 4),
                fixed(regression ? batch.gapLoss() : batch.gapAccuracy(), 4),
                fixed(batch.examplesPerSecond(), 0),
                fixed(batch.trainSeconds(), 1));
    }

    private static String rates(BatchSummary batch) {
        String first = NumberText.significant(batch.peakLearningRates().get(0));
        return batch.peakLearningRates().size() > 1 ? first + " …" : first;
    }

    private static String fixed(@Nullable Estimate estimate, int digits) {
        return estimate == null ? NumberText.NOT_MEASURED : NumberText.fixed(estimate.mean(), digits);
    }

    private static String layOut(List<List<String>> lines) {
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        // The outcomes give way, as the table of all runs has them in full.
        int excess = Arrays.stream(widths).sum() + GUTTER.length() * (widths.length - 1) - TERMINAL_WIDTH;
        if (excess > 0) {
            widths[OUTCOME_COLUMN] = Math.max(FEWEST_LETTERS, widths[OUTCOME_COLUMN] - excess);
        }
        return lines.stream().map(line -> layOut(line, widths)).collect(Collectors.joining());
    }

    private static String layOut(List<String> line, int[] widths) {
        StringBuilder row = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = shortened(line.get(column), widths[column]);
            String padding = " ".repeat(widths[column] - cell.length());
            row.append(column == 0 ? "" : GUTTER).append(column == OUTCOME_COLUMN ? cell + padding : padding + cell);
        }
        return row.toString().stripTrailing() + "\n";
    }

    private static String shortened(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }
}
