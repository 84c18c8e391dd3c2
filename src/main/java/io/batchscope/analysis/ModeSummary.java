package io.batchscope.analysis;

import io.batchscope.plan.SyncMode;
import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one batch size in one mode, over seeds, and how they compare with the reference mode's at that batch size.
 *
 * @param settings the mode's settings at this batch size
 * @param updateBatches examples whose mean gradient one optimizer update follows; several where runs differ in their
 *     workers, none in tables of versions that did not write it
 * @param syncExamples examples that all workers see from one agreement to the next; none where there are no rounds
 * @param comparison null for the reference itself, and where it has no run at this batch size
 * @param causes why runs diverged or failed, by outcome and cause, and how many did
 */
public record ModeSummary(
        Mode mode,
        String settings,
        BatchSummary batch,
        List<Long> updateBatches,
        List<Long> syncExamples,
        @Nullable PairedComparison comparison,
        Map<String, Integer> causes) {
    static ModeSummary of(Mode mode, List<RunRecord> runs, @Nullable PairedComparison comparison) {
        Set<String> settings = runs.stream().map(Modes::settings).collect(Collectors.toCollection(TreeSet::new));
        Map<String, Integer> causes = new TreeMap<>();
        runs.stream()
                .filter(run -> !BatchSummary.isSettled(run))
                .forEach(run -> causes.merge(cause(run), 1, Integer::sum));
        return new ModeSummary(
                mode,
                String.join(" or ", settings),
                BatchSummary.of(runs.get(0).batchSize(), runs),
                distinct(runs, RunRecord::updateBatch),
                distinct(runs, RunRecord::syncExamples),
                comparison,
                causes);
    }

    private static String cause(RunRecord run) {
        return run.outcomeDetail().isEmpty() ? run.outcome() : run.outcome() + ": " + run.outcomeDetail();
    }

    private static List<Long> distinct(List<RunRecord> runs, Function<RunRecord, @Nullable Long> column) {
        return runs.stream()
                .<@Nullable Long>map(column)
                .filter(Objects::nonNull)
                .map(Long::valueOf)
                .distinct()
                .sorted()
                .toList();
    }

    /** Mode and settings at this batch size: {@code parameter-averaging, every 8 steps}. */
    public String name() {
        return mode.name(settings);
    }

    /** Runs that failed. */
    public int failed() {
        return batch.outcomes().getOrDefault(BatchSummary.FAILED, 0);
    }

    /** {@code Completed}, or {@code 2 Completed, 1 Failed (1 Failed: worker 1 was lost)}. */
    public String outcomeText() {
        return causes.isEmpty() ? batch.outcomeText() : batch.outcomeText() + " (" + causeText() + ")";
    }

    /** Why runs diverged or failed: {@code 2 Failed: worker 1 was lost}. */
    String causeText() {
        return causes.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining("; "));
    }

    /**
     * What batch size this is in effect, in its two senses: {@code 128 examples an update, agreement every 2,048}. The
     * Javadoc of {@link io.batchscope.plan.Synchronization} says why it takes two numbers.
     */
    public String effectiveBatch() {
        if (updateBatches.isEmpty()) {
            return NumberText.NOT_MEASURED;
        }
        boolean shared = mode.syncMode().equals(SyncMode.GRADIENT_SHARING.label());
        return counts(updateBatches) + " examples an update" + (shared ? " as far as they are sent" : "")
                + (syncExamples.isEmpty() ? ", no rounds" : ", agreement every " + counts(syncExamples));
    }

    private static String counts(List<Long> numbers) {
        return numbers.stream().map(NumberText::count).collect(Collectors.joining(" or "));
    }
}
