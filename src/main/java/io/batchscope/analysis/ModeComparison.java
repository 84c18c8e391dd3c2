package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Groups runs by batch size and mode and compares each group with the reference mode's of the same batch size. */
final class ModeComparison {
    private ModeComparison() {}

    /** Ascending in batch size, there in the order of the modes. */
    static List<ModeSummary> of(List<RunRecord> runs, Modes modes) {
        SortedMap<Long, SortedMap<Mode, List<RunRecord>>> groups = runs.stream()
                .collect(Collectors.groupingBy(
                        RunRecord::batchSize,
                        TreeMap::new,
                        Collectors.groupingBy(run -> modes.of(run.runId()), TreeMap::new, Collectors.toList())));
        Quality quality = quality(groups);
        Mode reference = modes.ordered().get(0);
        return groups.values().stream()
                .flatMap(atBatch -> atBatch.entrySet().stream()
                        .map(entry -> ModeSummary.of(
                                entry.getKey(),
                                entry.getValue(),
                                compare(entry.getKey(), entry.getValue(), reference, atBatch, quality))))
                .toList();
    }

    private static @Nullable Quality quality(Map<Long, SortedMap<Mode, List<RunRecord>>> groups) {
        List<BatchSummary> batches = groups.values().stream()
                .flatMap(atBatch -> atBatch.values().stream())
                .map(runs -> BatchSummary.of(runs.get(0).batchSize(), runs))
                .toList();
        return Quality.of(batches).orElse(null);
    }

    private static @Nullable PairedComparison compare(
            Mode mode,
            List<RunRecord> runs,
            Mode reference,
            SortedMap<Mode, List<RunRecord>> atBatch,
            @Nullable Quality quality) {
        List<RunRecord> others = atBatch.get(reference);
        return mode.equals(reference) || others == null ? null : PairedComparison.of(runs, others, quality);
    }
}
