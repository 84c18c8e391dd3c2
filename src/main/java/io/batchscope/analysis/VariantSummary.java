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
 * The runs of one batch size in one variant, over seeds, and how they compare with others of that batch size.
 *
 * @param name the variant's, with the mode's settings at this batch size
 * @param updateBatches examples whose mean gradient one optimizer update follows; several where runs differ in their
 *     workers, none in tables of versions that did not write it
 * @param syncExamples examples that all workers see from one agreement to the next; none where there are no rounds
 * @param finalBatchSizes batch sizes that the runs ended with which neither diverged nor failed; none in tables of versions
 *     that did not write it
 * @param besideFirstRecipe comparison with the first recipe in the same mode; null for that itself, and where it has no run
 *     at this batch size
 * @param besideReferenceMode comparison with the reference's mode of the same recipe, likewise
 * @param causes why runs diverged or failed
 */
public record VariantSummary(
        Variant variant,
        String name,
        BatchSummary batch,
        List<Long> updateBatches,
        List<Long> syncExamples,
        List<Long> finalBatchSizes,
        @Nullable PairedComparison besideFirstRecipe,
        @Nullable PairedComparison besideReferenceMode,
        List<Cause> causes) {
    /**
     * Why runs did not end regularly.
     *
     * @param outcome as in the column {@code outcome}
     * @param detail as in the column {@code outcome_detail}
     * @param runs for how many it was so
     */
    public record Cause(String outcome, String detail, int runs) {}

    public VariantSummary {
        updateBatches = List.copyOf(updateBatches);
        syncExamples = List.copyOf(syncExamples);
        finalBatchSizes = List.copyOf(finalBatchSizes);
        causes = List.copyOf(causes);
    }

    /** Of the runs of one batch size in one variant, at least one. */
    static VariantSummary of(
            Variants variants,
            List<RunRecord> runs,
            @Nullable PairedComparison besideFirstRecipe,
            @Nullable PairedComparison besideReferenceMode) {
        Variant variant = variants.of(runs.get(0).runId());
        Set<String> settings = runs.stream().map(Modes::settings).collect(Collectors.toCollection(TreeSet::new));
        return new VariantSummary(
                variant,
                variants.name(variant.recipe(), variant.mode().name(String.join(" or ", settings))),
                BatchSummary.of(runs.get(0).batchSize(), runs),
                distinct(runs, RunRecord::updateBatch),
                distinct(runs, RunRecord::syncExamples),
                distinct(runs.stream().filter(BatchSummary::isSettled).toList(), RunRecord::finalBatchSize),
                besideFirstRecipe,
                besideReferenceMode,
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

    /** {@code Batch 256 with parameter-averaging, every 8 steps}. */
    String place() {
        return "Batch " + NumberText.count(batch.batchSize()) + " with " + name;
    }

    /** Whether every run ended regularly. */
    boolean allSettled() {
        return batch.settled() == batch.runs();
    }

    /** Whether the batch size of some run was another one in the end. */
    public boolean batchChanged() {
        return finalBatchSizes.stream().anyMatch(size -> size != batch.batchSize());
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
        return causeText(BatchSummary.FAILED);
    }

    /** Where runs diverged, likewise. */
    String divergenceText() {
        return causeText(BatchSummary.DIVERGED);
    }

    private String causeText(String outcome) {
        List<Cause> those =
                causes.stream().filter(cause -> cause.outcome().equals(outcome)).toList();
        return those.stream()
                .map(cause -> (cause.detail().isEmpty() ? "no cause was written down" : cause.detail())
                        + (those.size() == 1 ? "" : " (" + NumberText.counted(cause.runs(), "run") + ")"))
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
        boolean shared = variant.mode().syncMode().equals(SyncMode.GRADIENT_SHARING.label());
        return counts(updateBatches) + " examples an update" + (shared ? " as far as they are sent" : "")
                + (syncExamples.isEmpty() ? ", no rounds" : ", agreement every " + counts(syncExamples));
    }

    private static String counts(List<Long> numbers) {
        return numbers.stream().map(NumberText::count).collect(Collectors.joining(" or "));
    }
}
