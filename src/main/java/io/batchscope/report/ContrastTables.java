package io.batchscope.report;

import io.batchscope.analysis.BatchContrasts;
import io.batchscope.analysis.Contrast;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.NumberText;
import io.batchscope.plan.ProbeKind;
import io.batchscope.report.Table.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables that hold a variant's batch sizes against the smallest one: in plain measures, and of each probe. */
final class ContrastTables {
    private static final int LOSS_DIGITS = 4;

    /** What a probe's table tests; the first of them that was measured. */
    private static final Map<ProbeKind, List<String>> TESTED = Map.of(
            ProbeKind.CALIBRATION, List.of("test_expected_calibration_error", "validation_expected_calibration_error"),
            ProbeKind.WEIGHT_NOISE, List.of("accuracy_drop_sigma_0.1", "loss_increase_sigma_0.1"),
            ProbeKind.CORRUPTED_INPUTS, List.of("accuracy_mean", "loss_mean"),
            ProbeKind.LABEL_MEMORY, List.of("fitted_share"));

    private ContrastTables() {}

    /** A probe's table. */
    public record ProbeTable(String title, String note, Table table) {}

    /** One row for each measure and batch size. */
    static Table plain(BatchContrasts contrasts) {
        List<List<String>> rows = new ArrayList<>();
        for (Contrast contrast : contrasts.ofRuns()) {
            for (Contrast.Row row : contrast.rows()) {
                List<String> cells = new ArrayList<>(List.of(
                        words(contrast.measure()) + unit(contrast),
                        NumberText.count(row.batchSize()),
                        value(contrast, row.value())));
                cells.addAll(tested(contrast, row));
                rows.add(cells);
            }
        }
        List<Column> columns =
                new ArrayList<>(List.of(Column.text("Measure"), Column.number("Batch size"), Column.number("Mean")));
        columns.addAll(testColumns(contrasts, "Minus batch "));
        return new Table(columns, rows);
    }

    /** Those of the probes that were done. */
    static List<ProbeTable> probes(BatchContrasts contrasts) {
        return Arrays.stream(ProbeKind.values())
                .map(kind -> probe(contrasts, kind))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<ProbeTable> probe(BatchContrasts contrasts, ProbeKind kind) {
        List<Contrast> measured = contrasts.ofProbe(kind.label());
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        Contrast tested = TESTED.getOrDefault(kind, List.of()).stream()
                .flatMap(name ->
                        measured.stream().filter(contrast -> contrast.measure().equals(name)))
                .findFirst()
                .orElse(measured.get(0));
        List<Contrast> shown = measured.stream()
                .filter(contrast -> isShown(kind, contrast, tested))
                .toList();
        List<Column> columns = new ArrayList<>(List.of(Column.number("Batch size")));
        shown.forEach(contrast -> columns.add(Column.number(words(contrast.measure()) + unit(contrast))));
        columns.addAll(testColumns(contrasts, words(tested.measure()) + " minus batch "));
        List<List<String>> rows = new ArrayList<>();
        for (Contrast.Row row : tested.rows()) {
            List<String> cells = new ArrayList<>(List.of(NumberText.count(row.batchSize())));
            shown.forEach(contrast -> cells.add(value(contrast, at(contrast, row.batchSize()))));
            cells.addAll(tested(tested, row));
            rows.add(cells);
        }
        return Optional.of(new ProbeTable(title(kind), about(kind), new Table(columns, rows)));
    }

    /** A page has no room for all: the split and the kind of measure that is tested. The table {@code probes} has the rest. */
    private static boolean isShown(ProbeKind kind, Contrast contrast, Contrast tested) {
        String measure = contrast.measure();
        return switch (kind) {
            case CALIBRATION -> splitOf(measure).equals(splitOf(tested.measure()));
            case WEIGHT_NOISE -> measure.contains("_drop_") || measure.contains("_increase_");
            case CORRUPTED_INPUTS -> contrast.share() == tested.share();
            case LABEL_MEMORY -> true;
        };
    }

    private static String splitOf(String measure) {
        return measure.substring(0, measure.indexOf('_'));
    }

    private static @Nullable Estimate at(Contrast contrast, long batchSize) {
        for (Contrast.Row row : contrast.rows()) {
            if (row.batchSize() == batchSize) {
                return row.value();
            }
        }
        return null;
    }

    private static List<Column> testColumns(BatchContrasts contrasts, String minus) {
        return List.of(
                Column.number(minus + NumberText.count(contrasts.reference()) + " (95 % interval)"),
                Column.number("p"),
                Column.number("p after Holm"));
    }

    private static List<String> tested(Contrast contrast, Contrast.Row row) {
        if (row.batchSize() == contrast.reference()) {
            return List.of(NumberText.NOT_MEASURED, NumberText.NOT_MEASURED, NumberText.NOT_MEASURED);
        }
        return List.of(
                difference(contrast, row.difference()),
                NumberText.significant(row.pValue()),
                row.adjustedPValue() == null
                        ? NumberText.NOT_MEASURED
                        : NumberText.significant(row.adjustedPValue()) + " ("
                                + NumberText.counted(contrast.tests(), "test") + ")");
    }

    private static String difference(Contrast contrast, @Nullable Estimate difference) {
        if (difference == null) {
            return NumberText.NOT_MEASURED;
        }
        double factor = contrast.share() ? 100 : 1;
        int digits = contrast.share() ? 2 : LOSS_DIGITS;
        Double low = difference.low();
        Double high = difference.high();
        String seeds = NumberText.counted(difference.count(), "seed");
        return NumberText.fixed(difference.mean() * factor, digits) + (contrast.share() ? " points (" : " (")
                + (low == null || high == null
                        ? seeds
                        : NumberText.fixed(low * factor, digits) + " to " + NumberText.fixed(high * factor, digits)
                                + ", " + seeds)
                + ")";
    }

    private static String value(Contrast contrast, @Nullable Estimate estimate) {
        return contrast.share() ? ReportTables.accuracy(estimate) : ReportTables.loss(estimate);
    }

    /** Differences of shares are in points, shares in percent. */
    private static String unit(Contrast contrast) {
        if (!contrast.share()) {
            return "";
        }
        boolean difference = Stream.of("gap", "drop", "error", "overconfidence")
                .anyMatch(word -> contrast.measure().contains(word));
        return difference ? " (points)" : " (%)";
    }

    private static String words(String measure) {
        return switch (measure) {
            case "gap_loss" -> "Gap between test and training loss";
            case "gap_accuracy" -> "Gap between training and test accuracy";
            default ->
                Table.capitalized(
                        measure.replace('_', ' ').replace("train ", "training ").replace("sigma ", "at σ = "));
        };
    }

    private static String title(ProbeKind kind) {
        return switch (kind) {
            case CALIBRATION -> "Calibration";
            case WEIGHT_NOISE -> "Noise on the weights";
            case CORRUPTED_INPUTS -> "Corrupted inputs";
            case LABEL_MEMORY -> "Memory of wrong labels";
        };
    }

    private static String about(ProbeKind kind) {
        return switch (kind) {
            case CALIBRATION ->
                "How far confidence is from accuracy, over 15 bins of confidence: in the mean over examples (expected) and in"
                        + " the worst bin (maximum). Overconfidence is mean confidence minus accuracy.";
            case WEIGHT_NOISE ->
                "The test split with every weight w replaced by w · (1 + σ · ε), ε standard normal, in the mean over draws;"
                        + " drop and increase are against the weights as they are. A flat minimum costs little.";
            case CORRUPTED_INPUTS ->
                "The test split with noise (in standard deviations of a feature) and, for images, blur (standard deviation of"
                        + " the kernel, in pixels) and shift (pixels); the mean is over all of them, drop and increase are"
                        + " against clean inputs.";
            case LABEL_MEMORY ->
                "Of the training examples with a label changed on purpose: the share that the network puts in the wrong class it"
                        + " was given (fitted) and in the true one; and the accuracy on the unchanged ones.";
        };
    }
}
