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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What all claims are judged from: the summary, the step rows by run, and which batch sizes to compare with. */
record AdviceContext(
        StudySummary summary,
        Oscillations oscillations,
        Map<String, List<StepRecord>> stepsByRun,
        Map<Long, Set<String>> runsByBatch) {
    /** What {@link #gradientSpread} is. */
    static final String SPREAD = "Spread of the gradient norm from update to update";

    static final long MIDDLE_LOW = 32;
    static final long MIDDLE_HIGH = 256;
    private static final double CLEARLY = 2;

    static AdviceContext of(StudyTables all) {
        StudySummary summary = StudySummary.of(all);
        StudyTables tables = summary.searches().tuned(all);
        return new AdviceContext(
                summary,
                Oscillations.of(tables),
                tables.steps().stream().collect(Collectors.groupingBy(StepRecord::runId)),
                tables.runs().stream()
                        .filter(BatchSummary::isSettled)
                        .collect(Collectors.groupingBy(
                                RunRecord::batchSize, Collectors.mapping(RunRecord::runId, Collectors.toSet()))));
    }

    static boolean isMiddle(BatchSummary batch) {
        return batch.batchSize() >= MIDDLE_LOW && batch.batchSize() <= MIDDLE_HIGH;
    }

    /**
     * What {@code judged} is compared with: of the other studied batch sizes that have the measurement those of 32 to 256,
     * without one there all.
     */
    List<BatchSummary> reference(BatchSummary judged, Function<BatchSummary, @Nullable Estimate> column) {
        List<BatchSummary> others =
                others(judged).filter(batch -> column.apply(batch) != null).toList();
        List<BatchSummary> middle =
                others.stream().filter(AdviceContext::isMiddle).toList();
        return middle.isEmpty() ? others : middle;
    }

    private Stream<BatchSummary> others(BatchSummary judged) {
        return summary.batches().stream()
                .filter(batch -> batch.batchSize() != judged.batchSize() && batch.settled() > 0);
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

    /**
     * Noise over signal of one batch's gradient, both as squared norms: E‖g − G‖²/‖G‖² = (1/B − 1/N)·tr Σ/|G|², the noise scale
     * over the batch size (McCandlish 2018, equation 2.10) where a batch is taken from the N training examples without putting
     * any back. Null where no noise scale was measured.
     */
    @Nullable
    Estimate noiseToSignal(BatchSummary batch) {
        GradientSummary gradients = batch.gradients();
        Double scale = gradients.noise().value();
        double share = Math.max(0, 1.0 / batch.batchSize() - 1.0 / summary.trainExamples());
        return scale == null ? null : new Estimate(Math.max(1, gradients.runs()), scale * share, null, null, null);
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
        List<BatchSummary> reference = reference(judged, claim.column());
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
        List<BatchSummary> reference = reference(judged, claim.column());
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

    private String missing(Claim claim, BatchSummary judged, @Nullable Estimate here) {
        if (judged.settled() == 0) {
            return "No run at batch " + NumberText.count(judged.batchSize()) + " ended regularly ("
                    + judged.outcomeText() + ").";
        }
        if (here == null) {
            return "The tables lack it at batch " + NumberText.count(judged.batchSize()) + ": " + claim.quantity()
                    + ".";
        }
        List<BatchSummary> others = others(judged).toList();
        if (!others.isEmpty()) {
            return "The tables lack it at " + names(others) + ": " + claim.quantity() + ".";
        }
        return summary.batches().size() > 1
                ? "No run at another batch size ended regularly."
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
