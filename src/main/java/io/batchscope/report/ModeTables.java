package io.batchscope.report;

import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.PairedComparison;
import io.batchscope.analysis.Quality;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.VariantSummary;
import io.batchscope.report.Table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of a study's ways to synchronise, as texts: one row a batch size and mode. */
final class ModeTables {
    private static final int LOSS_DIGITS = 4;

    static final String COST_NOTE =
            "Bytes are those that the first worker sent in updates; ratios are to the reference at the"
                    + " same batch size, over the seeds that both have. The divergence is the root mean square distance of the workers'"
                    + " parameters from their mean, before the last averaging. The batch size in effect has two sides: how many examples'"
                    + " mean gradient an update follows, and how many all workers see from one agreement to the next.";

    private ModeTables() {}

    /** How to read the table of results. */
    static String resultNote(StudySummary summary) {
        return "All are compared with " + reference(summary) + ", the reference,"
                + (summary.hasRecipes() ? " with the same recipe" : "") + " at the same batch size"
                + (summary.referenceIsEverywhere() ? "" : " (it was not run at all of them)")
                + ", seed by seed: the difference is the mean over the seeds that both have, in brackets its 95 % interval (paired"
                + " t). An interval that holds 0 shows no difference; with one seed there is none. Equal batch sizes are"
                + " equal numbers of examples in an update over all workers.";
    }

    private static String reference(StudySummary summary) {
        return summary.variants().modes().get(0).name();
    }

    /** What each mode came to, and how that differs from the reference. */
    static Table results(StudySummary summary) {
        Optional<Quality> quality = summary.quality();
        boolean accuracy = quality.isPresent() && quality.get().isAccuracy();
        String words = quality.map(Quality::words).orElse("test loss");
        List<Column> columns = places(summary);
        columns.add(Column.text("Outcome"));
        columns.add(Column.number(Table.capitalized(words) + (accuracy ? " (%)" : "")));
        columns.add(Column.number("Minus " + reference(summary) + (accuracy ? " (points, 95 %)" : " (95 % interval)")));
        columns.add(Column.number("Training loss"));
        columns.add(Column.number(summary.regression() ? "Gap" : "Gap (points)"));
        return new Table(
                columns,
                summary.byVariant().stream()
                        .map(group -> resultRow(summary, group, quality.orElse(null)))
                        .toList());
    }

    private static List<String> resultRow(StudySummary summary, VariantSummary group, @Nullable Quality quality) {
        boolean accuracy = quality != null && quality.isAccuracy();
        double factor = accuracy ? 100 : 1;
        int digits = accuracy ? 2 : LOSS_DIGITS;
        List<String> row = places(group);
        row.add(group.outcomeText());
        row.add(
                quality == null
                        ? NumberText.NOT_MEASURED
                        : ReportTables.withHalfWidth(quality.estimate(group.batch()), factor, digits));
        row.add(
                group.variant().mode().equals(summary.variants().modes().get(0))
                        ? "reference"
                        : difference(group.besideReferenceMode(), factor, digits));
        row.add(ReportTables.loss(group.batch().trainLoss()));
        row.add(
                summary.regression()
                        ? ReportTables.loss(group.batch().gapLoss())
                        : ReportTables.accuracy(group.batch().gapAccuracy()));
        return row;
    }

    /** {@code -0.12 (-0.31 to 0.07, 3 seeds)}. */
    static String difference(@Nullable PairedComparison comparison, double factor, int digits) {
        Estimate difference = comparison == null ? null : comparison.difference();
        if (difference == null) {
            return NumberText.NOT_MEASURED;
        }
        Double low = difference.low();
        Double high = difference.high();
        String seeds = NumberText.counted(difference.count(), "seed");
        return NumberText.fixed(difference.mean() * factor, digits) + " ("
                + (low == null || high == null
                        ? seeds
                        : NumberText.fixed(low * factor, digits) + " to " + NumberText.fixed(high * factor, digits)
                                + ", " + seeds)
                + ")";
    }

    /** What each mode took: time, bytes, and what batch size it is in effect. */
    static Table cost(StudySummary summary) {
        List<Column> columns = places(summary);
        columns.addAll(List.of(
                Column.number("Seconds in all"),
                Column.number("Ratio"),
                Column.number("Examples/s"),
                Column.number("Bytes sent"),
                Column.number("Ratio"),
                Column.number("Last divergence of replicas"),
                Column.text("Batch size in effect")));
        return new Table(
                columns, summary.byVariant().stream().map(ModeTables::costRow).toList());
    }

    private static List<String> costRow(VariantSummary group) {
        PairedComparison comparison = group.besideReferenceMode();
        Estimate bytes = group.batch().bytesSent();
        List<String> row = places(group);
        row.addAll(List.of(
                ReportTables.significant(group.batch().trainSeconds()),
                NumberText.significant(comparison == null ? null : comparison.secondsRatio()),
                ReportTables.mean(group.batch().examplesPerSecond()),
                bytes == null ? NumberText.NOT_MEASURED : NumberText.bytes(Math.round(bytes.mean())),
                NumberText.significant(comparison == null ? null : comparison.bytesRatio()),
                ReportTables.mean(group.batch().replicaDivergence()),
                group.effectiveBatch()));
        return row;
    }

    /** The columns of {@link #places(VariantSummary)}. */
    static List<Column> places(StudySummary summary) {
        return new ArrayList<>(List.of(
                Column.number("Batch size"),
                Column.text(Table.capitalized(summary.variants().word()))));
    }

    static List<String> places(VariantSummary group) {
        return new ArrayList<>(List.of(NumberText.count(group.batch().batchSize()), group.name()));
    }
}
