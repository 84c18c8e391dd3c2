package io.batchscope.report;

import io.batchscope.analysis.ArithmeticSummary;
import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.MemoryComparison;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.TimeComparison;
import io.batchscope.report.Table.Column;
import io.batchscope.result.FindingRecord;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the section on hardware shows, as texts. */
final class HardwareTables {
    static final String NOTE =
            "Operations are those of matrix products and convolutions that training needs, a multiply-add is two;"
                    + " gradients: over the time of the passes alone; training: over the whole training time, so with applying the"
                    + " gradients, waiting and communicating; all workers together. The matrix product is a large one in single"
                    + " precision, measured on all workers just before and after each run, where the better one counts. Where the share is"
                    + " above 100 %, the machine was faster in between.";
    static final String MEMORY_NOTE =
            "Predicted before the study for the micro-batch, so for the most examples that a worker holds at"
                    + " once. Native memory is the network's. The predicted heap is what the arrays of a run need; the measured one is that of"
                    + " the whole process, with garbage, Spark and other runs in it.";

    static final String TIME_NOTE =
            "Training time without evaluations, mean of the runs, of the updates that they did. Predicted before the study from"
                    + " what gradients and updates of a few sizes took on the executors, with as many at the same time as train at the"
                    + " same time; the sums of several workers by the link that they measured before their first update.";

    static final String GPU_NOTE =
            "Of the GPUs that Spark assigned to the workers, as nvidia-smi tells every few seconds while a run trains, is evaluated"
                    + " and its probes are measured: the share of the time in which some kernel ran, mean over devices and moments, and"
                    + " memory in use, other processes' in both.";

    private static final double GIGA = 1e9;
    private static final double PERCENT = 0.01;
    private static final double MEBI = 1 << 20;

    private HardwareTables() {}

    /** How fast each batch size computes; without rows where the operations are not known. */
    static Table arithmetic(StudySummary summary) {
        return new Table(
                List.of(
                        Column.number("Batch size"),
                        Column.number("Workers"),
                        Column.number("Examples/s"),
                        Column.number("Gradients (GFLOP/s)"),
                        Column.number("Training (GFLOP/s)"),
                        Column.number("Matrix product (GFLOP/s)"),
                        Column.number("Gradients / product (%)"),
                        Column.number("Training / product (%)")),
                summary.batches().stream()
                        .filter(batch -> batch.arithmetic().flopsPerSecond() != null)
                        .map(HardwareTables::arithmeticRow)
                        .toList());
    }

    private static List<String> arithmeticRow(BatchSummary batch) {
        ArithmeticSummary arithmetic = batch.arithmetic();
        return List.of(
                NumberText.count(batch.batchSize()),
                batch.workers().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                ReportTables.significant(batch.examplesPerSecond()),
                scaled(arithmetic.flopsPerSecond(), GIGA),
                scaled(arithmetic.trainingFlopsPerSecond(), GIGA),
                scaled(arithmetic.gemmFlopsPerSecond(), GIGA),
                scaled(arithmetic.utilization(), PERCENT),
                scaled(arithmetic.trainingUtilization(), PERCENT));
    }

    /** What GPUs did, by batch size; without rows where none was measured. */
    static Table gpus(StudySummary summary) {
        return new Table(
                List.of(
                        Column.number("Batch size"),
                        Column.number("GPU busy (%)"),
                        Column.number("Most GPU memory (MiB)")),
                summary.batches().stream()
                        .filter(batch -> batch.arithmetic().gpuUtilization() != null)
                        .map(batch -> List.of(
                                NumberText.count(batch.batchSize()),
                                ReportTables.withHalfWidth(batch.arithmetic().gpuUtilization(), 100, 1),
                                mebibytes(batch.arithmetic().gpuMemoryBytes())))
                        .toList());
    }

    /** Memory of a worker, predicted and measured; without rows where nothing was predicted. */
    static Table memory(List<MemoryComparison> comparisons) {
        return new Table(
                List.of(
                        Column.number("Batch size"),
                        Column.number("Micro-batch"),
                        Column.number("Native predicted (MiB)"),
                        Column.number("Native measured (MiB)"),
                        Column.number("Difference"),
                        Column.number("Heap predicted (MiB)"),
                        Column.number("Heap measured (MiB)")),
                comparisons.stream().map(HardwareTables::memoryRow).toList());
    }

    /** Training time, predicted and measured; without rows where nothing was predicted. */
    static Table time(List<TimeComparison> comparisons) {
        return new Table(
                List.of(
                        Column.number("Batch size"),
                        Column.number("Workers"),
                        Column.number("Predicted (s)"),
                        Column.number("Measured (s)"),
                        Column.number("Difference")),
                comparisons.stream()
                        .map(time -> List.of(
                                NumberText.count(time.batchSize()),
                                time.workers().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                                scaled(time.predicted(), 1),
                                scaled(time.measured(), 1),
                                difference(time.error())))
                        .toList());
    }

    private static List<String> memoryRow(MemoryComparison memory) {
        return List.of(
                NumberText.count(memory.batchSize()),
                memory.microBatch().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                mebibytes(memory.predictedNative()),
                mebibytes(memory.measuredNative()),
                difference(memory.nativeError()),
                mebibytes(memory.predictedHeap()),
                mebibytes(memory.measuredHeap()));
    }

    /** What the study says of powers of two, in sentences; none where it has no neighbours to compare them with. */
    static List<String> powersOfTwo(List<FindingRecord> findings) {
        return findings.stream()
                .filter(finding -> finding.finding().equals("power_of_two_throughput"))
                .map(FindingRecord::detail)
                .toList();
    }

    /** Operations, each number with its unit. */
    static String operations(@Nullable Estimate estimate) {
        if (estimate == null) {
            return NumberText.NOT_MEASURED;
        }
        Double half = estimate.halfWidth();
        String mean = NumberText.operations(estimate.mean());
        return half == null ? mean : mean + " ± " + NumberText.operations(half);
    }

    /** An estimate in so large a unit. */
    private static String scaled(@Nullable Estimate estimate, double unit) {
        if (estimate == null) {
            return NumberText.NOT_MEASURED;
        }
        Double half = estimate.halfWidth();
        String mean = NumberText.significant(estimate.mean() / unit);
        return half == null ? mean : mean + " ± " + NumberText.significant(half / unit);
    }

    private static String mebibytes(@Nullable Estimate bytes) {
        return bytes == null ? NumberText.NOT_MEASURED : NumberText.fixed(bytes.mean() / MEBI, 1);
    }

    private static String difference(@Nullable Double share) {
        return share == null ? NumberText.NOT_MEASURED : (share > 0 ? "+" : "") + NumberText.percent(share);
    }
}
