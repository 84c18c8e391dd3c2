package io.batchscope.report;

import io.batchscope.analysis.AdviceRow;
import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.Oscillations;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.Variant;
import io.batchscope.report.Table.Column;
import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tables of the report, as texts. */
final class ReportTables {
    private static final int LOSS_DIGITS = 4;

    private ReportTables() {}

    /** Accuracies, how they were trained, and the gap between training and test; for regression without accuracies. */
    static Table results(StudySummary summary) {
        List<Column> columns = new ArrayList<>(List.of(
                Column.number("Batch size"),
                Column.text("Outcome"),
                Column.number("Peak rate"),
                Column.number("Updates"),
                Column.number("Epochs")));
        if (!summary.regression()) {
            columns.addAll(List.of(
                    Column.number("Training accuracy (%)"), Column.number("Validation accuracy (%)"),
                    Column.number("Test accuracy (%)"), Column.number("Gap (points)")));
        }
        return new Table(
                columns,
                summary.batches().stream()
                        .map(batch -> resultRow(summary, batch))
                        .toList());
    }

    private static List<String> resultRow(StudySummary summary, BatchSummary batch) {
        List<String> row = new ArrayList<>(List.of(
                NumberText.count(batch.batchSize()),
                batch.outcomeText(),
                rates(summary, summary.reference(), batch),
                mean(batch.steps()),
                mean(batch.epochs())));
        if (!summary.regression()) {
            row.addAll(List.of(
                    accuracy(batch.trainAccuracy()), accuracy(batch.validationAccuracy()),
                    accuracy(batch.testAccuracy()), accuracy(batch.gapAccuracy())));
        }
        return row;
    }

    /** Peak rates, and in a search by which factor they came about: {@code 0.4 (× 2)}. */
    static String rates(StudySummary summary, Variant variant, BatchSummary batch) {
        return batch.peakLearningRates().stream().map(NumberText::significant).collect(Collectors.joining(", "))
                + summary.searches().factorText(variant, batch.batchSize());
    }

    /** How to read {@link #losses}. */
    static String lossNote(Oscillations oscillations) {
        return "Oscillation: of the " + oscillations.words()
                + " around its local trend, second half of a run (standard deviation,"
                + " Gasser 1986), the same measure at every batch size. Noise of a batch's loss: of the training loss from"
                + " update to update, which few examples a batch enlarge by themselves.";
    }

    static Table losses(StudySummary summary, Oscillations oscillations) {
        return new Table(
                List.of(
                        Column.number("Batch size"),
                        Column.number("Training loss"),
                        Column.number("Validation loss"),
                        Column.number("Test loss"),
                        Column.number("Gap"),
                        Column.number("Oscillation"),
                        Column.number("Noise of a batch's loss")),
                summary.batches().stream()
                        .map(batch -> List.of(
                                NumberText.count(batch.batchSize()),
                                loss(batch.trainLoss()),
                                loss(batch.validationLoss()),
                                loss(batch.testLoss()),
                                loss(batch.gapLoss()),
                                mean(oscillations.at(batch)),
                                mean(batch.lossOscillation())))
                        .toList());
    }

    /** Throughput, where the time goes and memory by batch size. */
    static Table speed(StudySummary summary) {
        return new Table(
                List.of(
                        Column.number("Batch size"),
                        Column.number("Workers"),
                        Column.number("Examples/s"),
                        Column.number("Seconds an epoch"),
                        Column.number("Seconds in all"),
                        Column.number("Compute"),
                        Column.number("Sync"),
                        Column.number("Data"),
                        Column.number("Other"),
                        Column.number("Peak memory (MiB)"),
                        Column.number("Peak heap (MiB)"),
                        Column.number("Peak off-heap (MiB)")),
                summary.batches().stream().map(ReportTables::speedRow).toList());
    }

    private static List<String> speedRow(BatchSummary batch) {
        return List.of(
                NumberText.count(batch.batchSize()),
                batch.workers().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                mean(batch.examplesPerSecond()),
                mean(batch.secondsPerEpoch()),
                mean(batch.trainSeconds()),
                share(batch.computeShare()),
                share(batch.syncShare()),
                share(batch.dataShare()),
                share(batch.otherShare()),
                mebibytes(batch.peakMemoryBytes()),
                mebibytes(batch.peakHeapBytes()),
                mebibytes(batch.peakOffHeapBytes()));
    }

    private static String mebibytes(@Nullable Estimate bytes) {
        return bytes == null ? NumberText.NOT_MEASURED : NumberText.fixed(bytes.mean() / (1 << 20), 0);
    }

    /** What it took to reach the target; without rows when no run did. */
    static Table target(StudySummary summary) {
        return new Table(
                List.of(
                        Column.number("Batch size"),
                        Column.number("Arrived"),
                        Column.number("Updates"),
                        Column.number("Epochs"),
                        Column.number("Examples"),
                        Column.number("Operations"),
                        Column.number("Seconds")),
                summary.batches().stream()
                        .filter(batch -> summary.anyArrived())
                        .map(batch -> List.of(
                                NumberText.count(batch.batchSize()),
                                batch.arrived() + " of " + batch.runs(),
                                significant(batch.stepsToTarget()),
                                significant(batch.arithmetic().epochsToTarget()),
                                significant(batch.examplesToTarget()),
                                HardwareTables.operations(batch.arithmetic().operationsToTarget()),
                                significant(batch.secondsToTarget())))
                        .toList());
    }

    static Table findings(List<FindingRecord> findings) {
        return new Table(
                List.of(
                        Column.text("Finding"),
                        Column.number("Batch size"),
                        Column.number("Value"),
                        Column.number("95 % interval"),
                        Column.text("Unit"),
                        Column.text("In words")),
                findings.stream().map(ReportTables::findingRow).toList());
    }

    static List<String> findingRow(FindingRecord finding) {
        Double low = finding.low();
        Double high = finding.high();
        String unit = finding.unit();
        return List.of(
                finding.finding().replace('_', ' '),
                NumberText.count(finding.batchSize()),
                value(finding.value(), unit),
                interval(low, high, unit),
                unit == null ? NumberText.NOT_MEASURED : unit,
                finding.detail());
    }

    private static String interval(@Nullable Double low, @Nullable Double high, @Nullable String unit) {
        if (low == null) {
            return high == null ? NumberText.NOT_MEASURED : "≤ " + value(high, unit);
        }
        return high == null ? "≥ " + value(low, unit) : value(low, unit) + " to " + value(high, unit);
    }

    static Table advice(List<AdviceRow> rows) {
        return new Table(
                List.of(
                        Column.text("Batch"),
                        Column.text("Usual advice"),
                        Column.text("Measured here"),
                        new Column("Verdict", "verdict"),
                        Column.text("Why")),
                rows.stream()
                        .map(row -> List.of(
                                row.batch(),
                                row.claim(),
                                row.measured(),
                                row.verdict().label(),
                                row.why()))
                        .toList());
    }

    private static String value(@Nullable Double value, @Nullable String unit) {
        if ("operations".equals(unit) && value != null) {
            return NumberText.operations(value);
        }
        return "share".equals(unit) ? NumberText.accuracy(value) : NumberText.significant(value);
    }

    static String mean(@Nullable Estimate estimate) {
        return estimate == null ? NumberText.NOT_MEASURED : NumberText.significant(estimate.mean());
    }

    static String significant(@Nullable Estimate estimate) {
        if (estimate == null) {
            return NumberText.NOT_MEASURED;
        }
        Double half = estimate.halfWidth();
        String mean = NumberText.significant(estimate.mean());
        return half == null ? mean : mean + " ± " + NumberText.significant(half);
    }

    private static String share(@Nullable Estimate estimate) {
        return estimate == null ? NumberText.NOT_MEASURED : NumberText.percent(estimate.mean());
    }

    static String loss(@Nullable Estimate estimate) {
        return withHalfWidth(estimate, 1, LOSS_DIGITS);
    }

    static String accuracy(@Nullable Estimate estimate) {
        return withHalfWidth(estimate, 100, 2);
    }

    static String withHalfWidth(@Nullable Estimate estimate, double factor, int digits) {
        if (estimate == null) {
            return NumberText.NOT_MEASURED;
        }
        Double half = estimate.halfWidth();
        String mean = NumberText.fixed(estimate.mean() * factor, digits);
        return half == null ? mean : mean + " ± " + NumberText.fixed(half * factor, digits);
    }
}
