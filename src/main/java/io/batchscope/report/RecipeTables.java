package io.batchscope.report;

import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.Quality;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.Variant;
import io.batchscope.analysis.VariantSummary;
import io.batchscope.report.Table.Column;
import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of a study's recipes, as texts. */
final class RecipeTables {
    private static final int LOSS_DIGITS = 4;
    private static final String LARGEST = "largest_batch_without_shown_loss";

    private RecipeTables() {}

    /** How to read the table of results. */
    static String resultNote(StudySummary summary) {
        return "All are compared with " + summary.variants().recipes().get(0).words() + ", the first recipe,"
                + (summary.hasModes() ? " in the same mode" : "") + " at the same batch size"
                + (summary.referenceIsEverywhere() ? "" : " (it was not run at all of them)")
                + ", seed by seed: the difference is the mean over the seeds that both have, in brackets its 95 % interval (paired"
                + " t). An interval that holds 0 shows no difference; with one seed there is none. What is measured is the mean"
                + " over the runs that neither diverged nor failed; ± is half the width of its 95 % interval over seeds."
                + (stopped(summary)
                        ? " Runs were stopped at the target, so what they reached says little; how soon they did is the"
                                + " comparison."
                        : "");
    }

    private static boolean stopped(StudySummary summary) {
        return summary.byVariant().stream()
                .anyMatch(group -> group.batch().outcomes().containsKey("ReachedTarget"));
    }

    /** What each recipe came to at each batch size, and how that differs from the first one. */
    static Table results(StudySummary summary) {
        Quality quality = summary.quality().orElse(null);
        boolean accuracy = quality != null && quality.isAccuracy();
        boolean grows = summary.byVariant().stream().anyMatch(VariantSummary::batchChanged);
        List<Column> columns = ModeTables.places(summary);
        columns.add(Column.number("Peak rate"));
        if (grows) {
            columns.add(Column.number("Batch size in the end"));
        }
        columns.addAll(List.of(
                Column.number("Updates"),
                Column.number("Epochs"),
                Column.number("Examples"),
                Column.number("Seconds"),
                Column.number(
                        Table.capitalized(quality == null ? "test loss" : quality.words()) + (accuracy ? " (%)" : "")),
                Column.number("Minus " + summary.variants().recipes().get(0).words()
                        + (accuracy ? " (points, 95 %)" : " (95 % interval)"))));
        if (arrived(summary)) {
            columns.addAll(List.of(
                    Column.number("Runs at the target"),
                    Column.number("Updates until then"),
                    Column.number("Examples until then"),
                    Column.number("Seconds until then")));
        }
        columns.add(Column.text("Outcome"));
        return new Table(
                columns,
                summary.byVariant().stream()
                        .map(group -> resultRow(summary, group, quality, grows))
                        .toList());
    }

    private static List<String> resultRow(
            StudySummary summary, VariantSummary group, @Nullable Quality quality, boolean grows) {
        boolean accuracy = quality != null && quality.isAccuracy();
        double factor = accuracy ? 100 : 1;
        int digits = accuracy ? 2 : LOSS_DIGITS;
        List<String> row = ModeTables.places(group);
        row.add(ReportTables.rates(summary, group.variant(), group.batch()));
        if (grows) {
            row.add(finalBatch(group));
        }
        row.add(ReportTables.mean(group.batch().steps()));
        row.add(ReportTables.mean(group.batch().epochs()));
        row.add(ReportTables.mean(group.batch().examples()));
        row.add(ReportTables.mean(group.batch().trainSeconds()));
        row.add(
                quality == null
                        ? NumberText.NOT_MEASURED
                        : ReportTables.withHalfWidth(quality.estimate(group.batch()), factor, digits));
        row.add(
                group.variant().recipe().equals(summary.variants().recipes().get(0))
                        ? "reference"
                        : ModeTables.difference(group.besideFirstRecipe(), factor, digits));
        if (arrived(summary)) {
            row.add(group.batch().arrived() + " of " + group.batch().runs());
            row.add(ReportTables.mean(group.batch().stepsToTarget()));
            row.add(ReportTables.mean(group.batch().examplesToTarget()));
            row.add(ReportTables.mean(group.batch().secondsToTarget()));
        }
        row.add(group.outcomeText());
        return row;
    }

    private static boolean arrived(StudySummary summary) {
        return summary.byVariant().stream().anyMatch(group -> group.batch().arrived() > 0);
    }

    /** {@code 1,024}, or over seeds that differ {@code 512 to 2,048}. */
    private static String finalBatch(VariantSummary group) {
        List<Long> sizes = group.finalBatchSizes();
        if (sizes.isEmpty()) {
            return NumberText.NOT_MEASURED;
        }
        String first = NumberText.count(sizes.get(0));
        return sizes.size() == 1 ? first : first + " to " + NumberText.count(sizes.get(sizes.size() - 1));
    }

    /** How large a batch each recipe bears. */
    static Table largest(StudySummary summary, List<FindingRecord> findings) {
        List<FindingRecord> found = largestOf(summary, findings);
        List<Variant> variants = summary.variants().ordered();
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            FindingRecord finding = found.get(i);
            rows.add(List.of(variants.get(i).name(), NumberText.count(finding.batchSize()), finding.detail()));
        }
        return new Table(
                List.of(
                        Column.text(Table.capitalized(summary.variants().word())),
                        Column.number("Largest batch size without a shown loss"),
                        Column.text("In words")),
                rows);
    }

    /** One sentence on the same; empty where the findings don't say. */
    static Optional<String> largestSentence(StudySummary summary, List<FindingRecord> findings) {
        List<FindingRecord> found = largestOf(summary, findings);
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            Long size = found.get(i).batchSize();
            parts.add(summary.variants().ordered().get(i).name() + " "
                    + (size == null ? "not known" : NumberText.count(size)));
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of("The largest batch size without a shown loss of quality: " + String.join(", ", parts)
                        + "; the section “Recipes” says how sure that is.");
    }

    /** One for each variant, in their order; empty where there are not as many. */
    private static List<FindingRecord> largestOf(StudySummary summary, List<FindingRecord> findings) {
        List<FindingRecord> found = findings.stream()
                .filter(finding -> finding.finding().equals(LARGEST))
                .toList();
        return found.size() == summary.variants().ordered().size() ? found : List.of();
    }
}
