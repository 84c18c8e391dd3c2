package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A study by batch size.
 *
 * @param study its name; empty when there are no runs
 * @param regression whether the network predicts numbers, so that there are losses but no accuracies
 * @param trainExamples training examples used; 0 when there are no runs
 * @param batches ascending in batch size
 */
public record StudySummary(String study, boolean regression, long trainExamples, List<BatchSummary> batches) {
    public StudySummary {
        batches = List.copyOf(batches);
    }

    /** Groups the runs of {@code tables} by batch size. */
    public static StudySummary of(StudyTables tables) {
        SortedMap<Long, List<RunRecord>> byBatch = new TreeMap<>();
        for (RunRecord run : tables.runs()) {
            byBatch.computeIfAbsent(run.batchSize(), size -> new ArrayList<>()).add(run);
        }
        List<BatchSummary> batches = byBatch.entrySet().stream()
                .map(entry -> BatchSummary.of(entry.getKey(), entry.getValue()))
                .toList();
        if (tables.runs().isEmpty()) {
            return new StudySummary("", false, 0, batches);
        }
        RunRecord first = tables.runs().get(0);
        boolean regression = first.task().toLowerCase(Locale.ROOT).equals("regression");
        return new StudySummary(first.study(), regression, first.trainExamples(), batches);
    }

    /** All runs. */
    public int runs() {
        return batches.stream().mapToInt(BatchSummary::runs).sum();
    }

    /** Whether at least one run reached a target; otherwise the study had none or no run arrived. */
    public boolean anyArrived() {
        return batches.stream().anyMatch(batch -> batch.arrived() > 0);
    }

    /** Runs by word of the {@code outcome} column. */
    public SortedMap<String, Integer> outcomes() {
        SortedMap<String, Integer> outcomes = new TreeMap<>();
        batches.forEach(batch -> batch.outcomes().forEach((word, runs) -> outcomes.merge(word, runs, Integer::sum)));
        return outcomes;
    }

    /** The batch size that is the whole training split, if the study has it. */
    public OptionalLong fullBatch() {
        return batches.stream()
                .mapToLong(BatchSummary::batchSize)
                .filter(size -> size == trainExamples)
                .findFirst();
    }

    /** The fewest seeds any batch size with a settled run has; 0 without one. */
    public int fewestSeeds() {
        return batches.stream()
                .filter(batch -> batch.settled() > 0)
                .mapToInt(BatchSummary::settled)
                .min()
                .orElse(0);
    }
}
