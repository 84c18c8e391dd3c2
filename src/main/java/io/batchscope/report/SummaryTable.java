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

/** The results by batch size, and by recipe and mode where there are several, as plain text for a terminal of at least 120 columns. */
public final class SummaryTable {
    private static final String RATE = "rate";
    private static final String OUTCOME = "outcome";
    /** The column of recipes and modes, where there is one. */
    private static final int VARIANT = 1;

    private static final int TERMINAL_WIDTH = 120;
    private static final int FEWEST_LETTERS = 8;
    private static final String GUTTER = "  ";

    private SummaryTable() {}

    /**
     * Lines ending in {@code \n}: a head and one a batch size, or one a batch size and variant, there the reference first; means
     * over seeds. A note when there are no runs.
     */
    public static String of(StudySummary summary) {
        if (summary.runs() == 0) {
            return "No run has ended yet.\n";
        }
        String quality = summary.regression() ? "loss" : "acc";
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(
                "batch",
                RATE,
                "steps",
                OUTCOME,
                "train loss",
                "val " + quality,
                "test " + quality,
                "gap",
                "examples/s",
                "seconds"));
        summary.byVariant()
                .forEach(group -> lines.add(line(
                        group.batch(),
                        summary.searches()
                                .factorText(group.variant(), group.batch().batchSize()),
                        summary.regression())));
        return layOut(summary.hasVariants() ? withVariants(lines, summary) : lines);
    }

    private static List<List<String>> withVariants(List<List<String>> lines, StudySummary summary) {
        List<List<String>> longer = new ArrayList<>();
        for (int line = 0; line < lines.size(); line++) {
            List<String> cells = new ArrayList<>(lines.get(line));
            cells.add(
                    VARIANT,
                    line == 0
                            ? summary.variants().word()
                            : shortName(summary.byVariant().get(line - 1).name()));
            longer.add(cells);
        }
        return longer;
    }

    /** {@code averaging, 8 steps} for {@code parameter-averaging, every 8 steps}. */
    private static String shortName(String variant) {
        return variant.replace("parameter-averaging", "averaging")
                .replace("gradient-sharing", "sharing")
                .replace("adaptive threshold, sparsity", "adaptive")
                .replace("target sparsity", "target")
                .replace("every step", "1 step")
                .replace("every ", "");
    }

    private static List<String> line(BatchSummary batch, String factor, boolean regression) {
        return List.of(
                NumberText.count(batch.batchSize()),
                rates(batch) + factor,
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
        List<String> head = lines.get(0);
        int[] widths = new int[head.size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        // Outcomes and variants give way, as the table of all runs has them in full.
        shrink(widths, head.indexOf(OUTCOME));
        if (hasVariants(head)) {
            shrink(widths, VARIANT);
        }
        return lines.stream().map(line -> layOut(line, head, widths)).collect(Collectors.joining());
    }

    private static boolean hasVariants(List<String> head) {
        return !head.get(VARIANT).equals(RATE);
    }

    private static void shrink(int[] widths, int column) {
        int excess = Arrays.stream(widths).sum() + GUTTER.length() * (widths.length - 1) - TERMINAL_WIDTH;
        if (excess > 0) {
            widths[column] = Math.max(Math.min(FEWEST_LETTERS, widths[column]), widths[column] - excess);
        }
    }

    private static String layOut(List<String> line, List<String> head, int[] widths) {
        StringBuilder row = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            boolean variant = column == VARIANT && hasVariants(head);
            String text = line.get(column);
            String cell = variant ? shortenedWithin(text, widths[column]) : shortened(text, widths[column]);
            String padding = " ".repeat(widths[column] - cell.length());
            boolean words = variant || head.get(column).equals(OUTCOME);
            row.append(column == 0 ? "" : GUTTER).append(words ? cell + padding : padding + cell);
        }
        return row.toString().stripTrailing() + "\n";
    }

    private static String shortened(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }

    /** Without letters from the middle: the numbers that tell settings apart are at the end. */
    private static String shortenedWithin(String text, int width) {
        int start = (width - 1) / 2;
        return text.length() <= width
                ? text
                : text.substring(0, start) + "…" + text.substring(text.length() - (width - 1 - start));
    }
}
