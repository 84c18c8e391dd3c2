package io.batchscope.analysis;

import io.batchscope.analysis.AdviceRow.Verdict;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What all claims are judged from: the summary, the step rows by run, and which batch sizes to compare with. */
record AdviceContext(
        StudySummary summary, Map<String, List<StepRecord>> stepsByRun, Map<Long, Set<String>> runsByBatch) {
    static final long MIDDLE_LOW = 32;
    static final long MIDDLE_HIGH = 256;
    private static final double CLEARLY = 2;

    static AdviceContext of(StudyTables all) {
        StudySummary summary = StudySummary.of(all);
        StudyTables tables = summary.searches().tuned(all);
        return new AdviceContext(
                summary,
                tables.steps().stream().collect(Collectors.groupingBy(StepRecord::runId)),
                tables.runs().stream()
                        .filter(BatchSummary::isSettled)
                        .collect(Collectors.groupingBy(
                                RunRecord::batchSize, Collectors.mapping(RunRecord::runId, Collectors.toSet()))));
    }

    static boolean isMiddle(BatchSummary batch) {
        return batch.batchSize() >= MIDDLE_LOW && batch.batchSize() <= MIDDLE_HIGH;
    }

    /** What {@code judged} is compared with: the studied batch sizes of 32 to 256, else all others. */
    List<BatchSummary> reference(BatchSummary judged) {
        List<BatchSummary> others = summary.batches().stream()
                .filter(batch -> batch.batchSize() != judged.batchSize() && batch.settled() > 0)
                .toList();
        List<BatchSummary> middle =
                others.stream().filter(AdviceContext::isMiddle).toList();
        return middle.isEmpty() ? others : middle;
    }

    /** {@code batch 64, 256}. */
    static String names(List<BatchSummary> batches) {
        return batches.stream()
                .map(batch -> NumberText.count(batch.batchSize()))
                .collect(Collectors.joining(", ", "batch ", ""));
    }

    /** The mean over batch sizes of their means; null where none has the measurement. */
    static @Nullable Double mean(List<BatchSummary> batches, Function<BatchSummary, @Nullable Estimate> column) {
        Estimate over = Estimate.over(batches, batch -> {
            Estimate estimate = column.apply(batch);
            return estimate == null ? null : (Double) estimate.mean();
        });
        return over == null ? null : (Double) over.mean();
    }

    @Nullable
    Estimate gradientSpread(BatchSummary batch) {
        return overRuns(batch, GradientSpread::of);
    }

    /** An estimate over the settled runs of a batch size of something computed from their step rows. */
    @Nullable
    Estimate overRuns(BatchSummary batch, Function<List<StepRecord>, @Nullable Double> measure) {
        List<List<StepRecord>> rows = runsByBatch.getOrDefault(batch.batchSize(), Set.of()).stream()
                .sorted()
                .map(run -> stepsByRun.getOrDefault(run, List.of()))
                .toList();
        return Estimate.over(rows, measure);
    }

    /** A judged row; says so where it rests on one seed. */
    AdviceRow row(String batch, String claim, String measured, Verdict verdict, String why) {
        String seeds = summary.fewestSeeds() == 1 ? " Rests on one seed at some batch sizes." : "";
        boolean everywhere = summary.batches().stream().allMatch(one -> one.settled() <= 1);
        return new AdviceRow(batch, claim, measured, verdict, why + (everywhere ? " Rests on one seed." : seeds));
    }

    /**
     * A claim that something is larger at {@code judged} than at the reference: supported from twice as much, contradicted
     * at the same or less, mixed between.
     */
    AdviceRow larger(Claim claim, BatchSummary judged) {
        List<BatchSummary> reference = reference(judged);
        Estimate here = claim.column().apply(judged);
        Double there = mean(reference, claim.column());
        if (here == null || there == null) {
            return AdviceRow.notMeasured(claim.batch(), claim.words(), missing(claim, judged, here));
        }
        Verdict verdict = here.mean() >= CLEARLY * there && here.mean() > there
                ? Verdict.SUPPORTED
                : here.mean() <= there ? Verdict.CONTRADICTED : Verdict.MIXED;
        return row(
                claim.batch(),
                claim.words(),
                measured(claim, here.mean(), there, reference),
                verdict,
                "Supported if at least twice as much, contradicted if no more.");
    }

    /** A claim that something is smaller: supported up to half as much, contradicted at the same or more, mixed between. */
    AdviceRow smaller(Claim claim, BatchSummary judged) {
        List<BatchSummary> reference = reference(judged);
        Estimate here = claim.column().apply(judged);
        Double there = mean(reference, claim.column());
        if (here == null || there == null) {
            return AdviceRow.notMeasured(claim.batch(), claim.words(), missing(claim, judged, here));
        }
        Verdict verdict = here.mean() * CLEARLY <= there && here.mean() < there
                ? Verdict.SUPPORTED
                : here.mean() >= there ? Verdict.CONTRADICTED : Verdict.MIXED;
        return row(
                claim.batch(),
                claim.words(),
                measured(claim, here.mean(), there, reference),
                verdict,
                "Supported if at most half as much, contradicted if no less.");
    }

    private static String measured(Claim claim, double here, double there, List<BatchSummary> reference) {
        return claim.quantity() + ": " + claim.text().apply(here) + " against "
                + claim.text().apply(there) + (reference.size() > 1 ? " on average at " : " at ") + names(reference);
    }

    private static String missing(Claim claim, BatchSummary judged, @Nullable Estimate here) {
        if (judged.settled() == 0) {
            return "No run at batch " + NumberText.count(judged.batchSize()) + " ended regularly ("
                    + judged.outcomeText() + ").";
        }
        return here == null
                ? "The tables lack it: " + claim.quantity() + "."
                : "The study has no other batch size to compare with.";
    }

    /**
     * Something measurable that is claimed.
     *
     * @param batch the batch sizes it speaks of
     * @param words the claim
     * @param quantity what is compared, in words
     */
    record Claim(
            String batch,
            String words,
            String quantity,
            Function<BatchSummary, @Nullable Estimate> column,
            Function<Double, String> text) {
        Claim {
            Objects.requireNonNull(column);
        }
    }
}
