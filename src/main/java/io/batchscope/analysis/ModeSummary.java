package io.batchscope.analysis;

import io.batchscope.plan.SyncMode;
import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one batch size in one mode, over seeds, and how they compare with the reference mode's at that batch size.
 *
 * @param settings the mode's settings at this batch size
 * @param updateBatches examples whose mean gradient one optimizer update follows; several where runs differ in their
 *     workers, none in tables of versions that did not write it
 * @param syncExamples examples that all workers see from one agreement to the next; none where there are no rounds
 * @param comparison null for the reference itself, and where it has no run at this batch size
 * @param causes why runs diverged or failed
 */
public record ModeSummary(
        Mode mode,
        String settings,
        BatchSummary batch,
        List<Long> updateBatches,
        List<Long> syncExamples,
        @Nullable PairedComparison comparison,
        List<Cause> causes) {
    /**
     * Why runs did not end regularly.
     *
     * @param outcome as in the column {@code outcome}
     * @param detail as in the column {@code outcome_detail}
     * @param runs for how many it was so
     */
    public record Cause(String outcome, String detail, int runs) {}

    public ModeSummary {
        updateBatches = List.copyOf(updateBatches);
        syncExamples = List.copyOf(syncExamples);
        causes = List.copyOf(causes);
    }

    static ModeSummary of(Mode mode, List<RunRecord> runs, @Nullable PairedComparison comparison) {
        Set<String> settings = runs.stream().map(Modes::settings).collect(Collectors.toCollection(TreeSet::new));
        return new ModeSummary(
                mode,
                String.join(" or ", settings),
                BatchSummary.of(runs.get(0).batchSize(), runs),
                distinct(runs, RunRecord::updateBatch),
                distinct(runs, RunRecord::syncExamples),
                comparison,
                causes(runs));
    }

    private static List<Cause> causes(List<RunRecord> runs) {
        SortedMap<String, SortedMap<String, Long>> counts = runs.stream()
                .filter(run -> !BatchSummary.isSettled(run))
                .collect(Collectors.groupingBy(
                        RunRecord::outcome,
                        TreeMap::new,
                        Collectors.groupingBy(RunRecord::outcomeDetail, TreeMap::new, Collectors.counting())));
        return counts.entrySet().stream()
                .flatMap(outcome -> outcome.getValue().entrySet().stream()
                        .map(detail ->
                                new Cause(outcome.getKey(), detail.getKey(), Math.toIntExact(detail.getValue()))))
                .toList();
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

    /** {@code Completed}, or with causes {@code 2 Completed, 1 Failed: worker 1 was lost}. */
    public String outcomeText() {
        if (causes.isEmpty()) {
            return batch.outcomeText();
        }
        Stream<String> regular = batch.outcomes().entrySet().stream()
                .filter(entry ->
                        causes.stream().noneMatch(cause -> cause.outcome().equals(entry.getKey())))
                .map(entry -> entry.getValue() + " " + entry.getKey());
        Stream<String> others = causes.stream()
                .map(cause ->
                        cause.runs() + " " + cause.outcome() + (cause.detail().isEmpty() ? "" : ": " + cause.detail()));
        return Stream.concat(regular, others).collect(Collectors.joining(", "));
    }

    /** Why runs failed: {@code worker 1 was lost}, or where there are several causes {@code … (2 runs); … (1 run)}. */
    String failureText() {
        List<Cause> failures = causes.stream()
                .filter(cause -> cause.outcome().equals(BatchSummary.FAILED))
                .toList();
        return failures.stream()
                .map(cause -> (cause.detail().isEmpty() ? "no cause was written down" : cause.detail())
                        + (failures.size() == 1 ? "" : " (" + NumberText.counted(cause.runs(), "run") + ")"))
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
