package io.batchscope.report;

import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.RateMeasure;
import io.batchscope.analysis.RateRange;
import io.batchscope.analysis.RateSearch;
import io.batchscope.analysis.RateTrial;
import io.batchscope.analysis.StudySummary;
import io.batchscope.report.Table.Column;
import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The tables of a study's search for the best rates, as texts. */
final class RateTables {
    /** What the rest of the report rests on. */
    static final String SENTENCE =
            "Learning rates were searched: several were tried at each batch size. All that is said of a batch size is said of its tuned rate;"
                    + " the section “Learning rates” and the table of all runs have the others.";

    private static final List<String> LAW =
            List.of("learning_rate_exponent", "maximum_learning_rate", "rate_noise_batch_size", "linear_scaling_end");

    private RateTables() {}

    /** How to read the tables. */
    static String note(StudySummary summary) {
        RateMeasure measure = summary.searches().measure();
        String range = withoutValidation(summary)
                ? " How wide a range of rates trains cannot be told without a validation split."
                : " A rate trains if its runs keep at least " + NumberText.percent(RateRange.KEPT)
                        + " of what the best one for that seed takes off the validation loss; an octave is a factor of two.";
        return "The tuned rate is the one with which the most runs reached the target, and then the soonest; without a target or"
                + " arrivals the one with which the fewest runs diverged"
                + (measure == null ? "" : ", and then the one with the best " + measure.words())
                + "." + range
                + " ± is half the width of the 95 % Student-t interval over seeds; means are over runs that neither diverged"
                + " nor failed. Noise of a batch's loss is that of the training loss from update to update, which few examples"
                + " a batch enlarge by themselves.";
    }

    /** How the best rate follows the batch size. */
    static List<String> sentences(List<FindingRecord> findings) {
        return findings.stream()
                .filter(finding -> LAW.contains(finding.finding()))
                .map(FindingRecord::detail)
                .toList();
    }

    private static boolean withoutValidation(StudySummary summary) {
        return summary.searches().measure() == RateMeasure.TRAINING_LOSS;
    }

    /** The tuned rate of each batch size, and how far rates may be from it: one row a batch size and variant. */
    static Table tuned(StudySummary summary) {
        List<Column> columns = places(summary);
        columns.addAll(List.of(
                Column.number("Tuned rate"),
                Column.number("Factor"),
                Column.text("Of the rates tried"),
                Column.number("Rates that train"),
                Column.number("Octaves"),
                Column.number("Largest rate without divergence"),
                Column.text("Runs")));
        return new Table(
                columns,
                summary.searches().searches().stream()
                        .map(search -> tunedRow(summary, search))
                        .toList());
    }

    private static List<String> tunedRow(StudySummary summary, RateSearch search) {
        RateTrial tuned = search.tuned();
        OptionalDouble largest = search.largestWithoutDivergence();
        RateRange range = search.range();
        List<String> row = places(summary, search);
        row.addAll(List.of(
                NumberText.significant(tuned.rate()),
                "× " + NumberText.significant(tuned.factor()),
                place(search),
                range == null
                        ? NumberText.NOT_MEASURED
                        : NumberText.significant(range.low()) + " to " + NumberText.significant(range.high()),
                range == null ? NumberText.NOT_MEASURED : octaves(range),
                largest.isEmpty() ? NumberText.NOT_MEASURED : NumberText.significant(largest.getAsDouble()),
                tuned.summary().outcomeText()));
        return row;
    }

    private static String place(RateSearch search) {
        return search.atHighEdge()
                ? "the largest: the best may lie beyond"
                : search.atLowEdge() ? "the smallest: the best may lie below" : "between others";
    }

    private static String octaves(RateRange range) {
        return (range.isOpen() ? "≥ " : "") + ReportTables.significant(range.width());
    }

    /** What each rate came to: one row a batch size, variant and rate. */
    static Table trials(StudySummary summary) {
        List<Column> columns = places(summary);
        columns.addAll(List.of(
                Column.number("Factor"),
                Column.number("Peak rate"),
                Column.text(""),
                Column.number(withoutValidation(summary) ? "Training loss" : "Validation loss")));
        if (hasAccuracy(summary)) {
            columns.add(Column.number("Validation accuracy (%)"));
        }
        if (anyArrived(summary)) {
            columns.addAll(List.of(Column.number("Arrived"), Column.number("Updates to target")));
        }
        columns.addAll(List.of(Column.number("Noise of a batch's loss"), Column.text("Outcome")));
        List<List<String>> rows = new ArrayList<>();
        for (RateSearch search : summary.searches().searches()) {
            search.trials().forEach(trial -> rows.add(trialRow(summary, search, trial)));
        }
        return new Table(columns, rows);
    }

    private static List<String> trialRow(StudySummary summary, RateSearch search, RateTrial trial) {
        BatchSummary batch = trial.summary();
        List<String> row = places(summary, search);
        row.addAll(List.of(
                "× " + NumberText.significant(trial.factor()),
                NumberText.significant(trial.rate()),
                remark(search, trial),
                ReportTables.loss(withoutValidation(summary) ? batch.trainLoss() : batch.validationLoss())));
        if (hasAccuracy(summary)) {
            row.add(ReportTables.accuracy(batch.validationAccuracy()));
        }
        if (anyArrived(summary)) {
            Estimate steps = batch.stepsToTarget();
            row.addAll(List.of(batch.arrived() + " of " + batch.runs(), ReportTables.significant(steps)));
        }
        row.addAll(List.of(ReportTables.mean(batch.lossOscillation()), batch.outcomeText()));
        return row;
    }

    private static String remark(RateSearch search, RateTrial trial) {
        return trial.equals(search.tuned()) ? "tuned" : search.compared().contains(trial) ? "" : "not compared";
    }

    private static boolean hasAccuracy(StudySummary summary) {
        return !summary.regression() && !withoutValidation(summary);
    }

    private static boolean anyArrived(StudySummary summary) {
        return summary.searches().searches().stream()
                .flatMap(search -> search.trials().stream())
                .anyMatch(trial -> trial.summary().arrived() > 0);
    }

    private static List<Column> places(StudySummary summary) {
        List<Column> columns = new ArrayList<>(List.of(Column.number("Batch size")));
        if (summary.hasVariants()) {
            columns.add(Column.text(Table.capitalized(summary.variants().word())));
        }
        return columns;
    }

    private static List<String> places(StudySummary summary, RateSearch search) {
        List<String> row = new ArrayList<>(List.of(NumberText.count(search.batchSize())));
        if (summary.hasVariants()) {
            row.add(search.variant().name());
        }
        return row;
    }
}
