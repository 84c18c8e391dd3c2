package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A study by batch size, and by mode where it has several ways to synchronise workers.
 *
 * @param study its name; empty when there are no runs
 * @param regression whether the network predicts numbers, so that there are losses but no accuracies
 * @param trainExamples training examples used; 0 when there are no runs
 * @param batches the runs in the reference mode ({@link Modes}), ascending in batch size
 * @param modes the modes, the reference first; empty when there are no runs
 * @param byMode all runs, ascending in batch size, there in the order of {@code modes}
 */
public record StudySummary(
        String study,
        boolean regression,
        long trainExamples,
        List<BatchSummary> batches,
        List<Mode> modes,
        List<ModeSummary> byMode) {
    public StudySummary {
        batches = List.copyOf(batches);
        modes = List.copyOf(modes);
        byMode = List.copyOf(byMode);
    }

    /** Groups the runs of {@code tables} by batch size and mode. */
    public static StudySummary of(StudyTables tables) {
        if (tables.runs().isEmpty()) {
            return new StudySummary("", false, 0, List.of(), List.of(), List.of());
        }
        Modes modes = Modes.of(tables.runs());
        List<ModeSummary> byMode = ModeComparison.of(tables.runs(), modes);
        List<BatchSummary> batches = byMode.stream()
                .filter(summary -> summary.mode().equals(modes.ordered().get(0)))
                .map(ModeSummary::batch)
                .toList();
        RunRecord first = tables.runs().get(0);
        boolean regression = first.task().toLowerCase(Locale.ROOT).equals("regression");
        return new StudySummary(first.study(), regression, first.trainExamples(), batches, modes.ordered(), byMode);
    }

    /** Whether the study has several ways to synchronise. */
    public boolean hasModes() {
        return modes.size() > 1;
    }

    /** What quality is compared by; empty where nothing was measured. */
    public Optional<Quality> quality() {
        return Quality.of(byMode.stream().map(ModeSummary::batch).toList());
    }

    /** All runs, in whatever mode. */
    public int runs() {
        return byMode.stream().mapToInt(summary -> summary.batch().runs()).sum();
    }

    /** All batch sizes, in whatever mode, ascending. */
    public List<Long> batchSizes() {
        return byMode.stream()
                .map(summary -> summary.batch().batchSize())
                .distinct()
                .toList();
    }

    /** Whether at least one run in the reference mode reached a target; otherwise the study had none or no run arrived. */
    public boolean anyArrived() {
        return batches.stream().anyMatch(batch -> batch.arrived() > 0);
    }

    /** All runs, in whatever mode, by word of the {@code outcome} column. */
    public SortedMap<String, Integer> outcomes() {
        SortedMap<String, Integer> outcomes = new TreeMap<>();
        byMode.forEach(summary ->
                summary.batch().outcomes().forEach((word, runs) -> outcomes.merge(word, runs, Integer::sum)));
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
