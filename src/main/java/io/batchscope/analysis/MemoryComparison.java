package io.batchscope.analysis;

import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the workers of one batch size were expected to need, and what was seen while they trained; means over the runs that
 * neither diverged nor failed, in bytes.
 *
 * @param microBatch the most examples at once that the prediction is for
 * @param predictedHeap arrays of the step loop and examples
 * @param measuredHeap the most heap in use in a worker's process, with garbage and everything else in it
 * @param predictedNative of the replica, measured with that many examples on the executors before the study
 * @param measuredNative the most that a worker's replica held
 */
public record MemoryComparison(
        long batchSize,
        List<Integer> microBatch,
        @Nullable Estimate predictedHeap,
        @Nullable Estimate measuredHeap,
        @Nullable Estimate predictedNative,
        @Nullable Estimate measuredNative) {
    /** What {@code study.WorkerMemory} writes. */
    private static final String PROBE = "memory";

    public MemoryComparison {
        microBatch = List.copyOf(microBatch);
    }

    /** Those of the reference's batch sizes that have a prediction, ascending. */
    public static List<MemoryComparison> of(StudyTables all) {
        StudyTables tables = Variants.of(all.runs()).ofReference(all);
        Map<Long, List<RunRecord>> byBatch = tables.runs().stream()
                .filter(BatchSummary::isSettled)
                .collect(Collectors.groupingBy(RunRecord::batchSize, TreeMap::new, Collectors.toList()));
        Map<String, Double> heap = byRun(tables, "predicted_heap_bytes");
        Map<String, Double> outside = byRun(tables, "predicted_native_bytes");
        List<MemoryComparison> comparisons = new ArrayList<>();
        byBatch.forEach((batch, runs) -> {
            MemoryComparison comparison = new MemoryComparison(
                    batch,
                    runs.stream()
                            .map(RunRecord::microBatch)
                            .filter(Objects::nonNull)
                            .distinct()
                            .sorted()
                            .toList(),
                    Estimate.over(runs, run -> heap.get(run.runId())),
                    Estimate.over(runs, run -> real(run.peakHeapBytes())),
                    Estimate.over(runs, run -> outside.get(run.runId())),
                    Estimate.over(runs, run -> real(run.peakOffHeapBytes())));
            if (comparison.predictedHeap() != null || comparison.predictedNative() != null) {
                comparisons.add(comparison);
            }
        });
        return comparisons;
    }

    /** (measured − predicted) / predicted of the replica's native memory; null unless there are both. */
    public @Nullable Double nativeError() {
        return predictedNative == null || measuredNative == null || predictedNative.mean() <= 0
                ? null
                : (Double) (measuredNative.mean() / predictedNative.mean() - 1);
    }

    private static @Nullable Double real(@Nullable Long value) {
        return value == null ? null : (Double) value.doubleValue();
    }

    private static Map<String, Double> byRun(StudyTables tables, String metric) {
        return tables.probes().stream()
                .filter(row -> row.probe().equals(PROBE) && row.metric().equals(metric))
                .collect(Collectors.toMap(ProbeRecord::runId, ProbeRecord::value, (first, second) -> first));
    }
}
