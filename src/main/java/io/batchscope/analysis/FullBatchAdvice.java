package io.batchscope.analysis;

import io.batchscope.analysis.AdviceContext.Claim;
import io.batchscope.analysis.AdviceRow.Verdict;
import io.batchscope.result.StepRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is said of taking the whole training split as one batch. */
final class FullBatchAdvice {
    private static final String BATCH = "full";
    private static final String EXACT = "The gradients are exact.";
    private static final String FEW = "There are few updates.";
    private static final String SHARP = "It ends in sharp minima.";
    private static final String POOR = "It generalizes poorly.";
    private static final String STALLS = "Training stalls.";
    private static final String MEMORY = "It needs the most memory.";
    private static final double ACCURACY_MARGIN = 0.01;
    private static final double LOSS_MARGIN = 0.05;
    private static final double STILL = 0.05;
    private static final double HIGH_LOSS = 1.5;
    private static final double SAME_LOSS = 1.1;
    private static final double MORE_MEMORY = 1.1;

    private FullBatchAdvice() {}

    static List<AdviceRow> of(AdviceContext context) {
        Optional<BatchSummary> full = context.summary().batches().stream()
                .filter(batch -> batch.batchSize() == context.summary().trainExamples())
                .findFirst();
        if (full.isEmpty()) {
            String missing = "The full batch is not among the runs.";
            return List.of(EXACT, FEW, SHARP, POOR, STALLS, MEMORY).stream()
                    .map(claim -> AdviceRow.notMeasured(BATCH, claim, missing))
                    .toList();
        }
        BatchSummary batch = full.get();
        return List.of(
                exact(context, batch),
                few(context, batch),
                AdviceRow.notMeasured(
                        BATCH, SHARP, "Needs the sharpness of the end points, which no run has measured."),
                poor(context, batch),
                stalls(context, batch),
                memory(context, batch));
    }

    /** By noise over signal where the full batch and another one have a noise scale, else by the spread of norms. */
    private static AdviceRow exact(AdviceContext context, BatchSummary full) {
        if (context.noiseToSignal(full) == null
                || context.reference(full, context::noiseToSignal).isEmpty()) {
            return context.smaller(
                    new Claim(BATCH, EXACT, AdviceContext.SPREAD, context::gradientSpread, NumberText::percent), full);
        }
        AdviceRow row = context.smaller(
                new Claim(
                        BATCH,
                        EXACT,
                        "Noise over signal of a batch's gradient",
                        context::noiseToSignal,
                        NumberText::significant),
                full);
        return new AdviceRow(
                row.batch(),
                row.claim(),
                row.measured(),
                row.verdict(),
                row.why()
                        + " Noise is what sets a batch's gradient apart from that of all training examples, so the full"
                        + " batch has none by definition; that they are a sample themselves is not in it.");
    }

    private static AdviceRow few(AdviceContext context, BatchSummary full) {
        Claim claim = new Claim(BATCH, FEW, "Updates in a run", BatchSummary::steps, NumberText::significant);
        AdviceRow row = context.smaller(claim, full);
        Estimate epochs = full.epochs();
        return epochs == null || row.verdict() == Verdict.NOT_MEASURED_YET
                ? row
                : new AdviceRow(
                        row.batch(),
                        row.claim(),
                        row.measured() + ", in " + NumberText.significant(epochs.mean()) + " epochs",
                        row.verdict(),
                        row.why());
    }

    private static AdviceRow poor(AdviceContext context, BatchSummary full) {
        Optional<Quality> quality = Quality.of(context.summary());
        List<BatchSummary> reference = quality.map(measure -> context.reference(full, measure::estimate))
                .orElse(List.of());
        Optional<Scored> best =
                quality.flatMap(measure -> measure.scored(context.summary().batches()).stream()
                        .filter(scored -> reference.contains(scored.batch()))
                        .findFirst());
        Estimate here = quality.map(measure -> measure.estimate(full)).orElse(null);
        if (quality.isEmpty() || best.isEmpty() || here == null) {
            return AdviceRow.notMeasured(
                    BATCH, POOR, "No test or validation result at the full batch and at another one.");
        }
        boolean accuracy = quality.get().isAccuracy();
        Estimate gap = accuracy ? full.gapAccuracy() : full.gapLoss();
        Estimate bestGap =
                accuracy ? best.get().batch().gapAccuracy() : best.get().batch().gapLoss();
        if (gap == null || bestGap == null) {
            return AdviceRow.notMeasured(
                    BATCH, POOR, "No gap between training and test at the full batch and at another one.");
        }
        Estimate there = best.get().estimate();
        double margin = accuracy ? ACCURACY_MARGIN : LOSS_MARGIN * Math.abs(there.mean());
        Comparison result =
                Comparison.of(quality.get().shortfall(there, here), there.halfWidthOfDifference(here), margin);
        Comparison gaps = Comparison.of(gap.mean() - bestGap.mean(), gap.halfWidthOfDifference(bestGap), margin);
        String measured =
                capitalized(quality.get().words()) + ": " + quality.get().text(here.mean()) + " against "
                        + quality.get().text(there.mean()) + " at " + best.get().name() + "; gap to training: "
                        + gapText(gap, accuracy) + " against " + gapText(bestGap, accuracy);
        return context.row(BATCH, POOR, measured, verdict(result, gaps), reason(result, gaps));
    }

    private static Verdict verdict(Comparison result, Comparison gap) {
        if (result == Comparison.WORSE && gap == Comparison.WORSE) {
            return Verdict.SUPPORTED;
        }
        return result == Comparison.NOT_WORSE && gap == Comparison.NOT_WORSE ? Verdict.CONTRADICTED : Verdict.MIXED;
    }

    private static String reason(Comparison result, Comparison gap) {
        if (result == Comparison.UNDECIDED || gap == Comparison.UNDECIDED) {
            return "The seeds differ too much to tell; more seeds would.";
        }
        if (result == Comparison.WORSE) {
            return gap == Comparison.WORSE
                    ? "Both the result and the gap are worse."
                    : "The result is worse but the gap is not: the run has learned less, rather than generalized worse.";
        }
        return gap == Comparison.WORSE
                ? "The gap is larger, but the result is not worse."
                : "Neither the result nor the gap is worse.";
    }

    private static AdviceRow stalls(AdviceContext context, BatchSummary full) {
        Estimate here = full.trainLoss();
        Optional<Double> lowest = context.reference(full, BatchSummary::trainLoss).stream()
                .map(BatchSummary::trainLoss)
                .flatMap(estimate -> estimate == null ? Stream.empty() : Stream.of(estimate.mean()))
                .min(Comparator.naturalOrder());
        Estimate fall = context.overRuns(full, FullBatchAdvice::fallInSecondHalf);
        if (here == null || lowest.isEmpty() || fall == null) {
            return AdviceRow.notMeasured(BATCH, STALLS, "No training losses at the full batch and at another one.");
        }
        Verdict verdict = here.mean() <= SAME_LOSS * lowest.get()
                ? Verdict.CONTRADICTED
                : here.mean() >= HIGH_LOSS * lowest.get() && fall.mean() < STILL ? Verdict.SUPPORTED : Verdict.MIXED;
        String why =
                switch (verdict) {
                    case CONTRADICTED -> "It ends within 10 % of that training loss.";
                    case SUPPORTED ->
                        "It ends at 1.5 times that training loss or more, and stands still (falls by less than 5 %).";
                    default ->
                        fall.mean() >= STILL
                                ? "Its training loss ends higher but was still falling: it needs more updates rather than being stuck."
                                : "Its training loss stands still, but less than 1.5 times as high.";
                };
        return context.row(
                BATCH,
                STALLS,
                "Training loss: " + NumberText.significant(here.mean()) + " against "
                        + NumberText.significant(lowest.get()) + "; it fell by " + NumberText.percent(fall.mean())
                        + " in the second half of the run",
                verdict,
                why);
    }

    private static @Nullable Double fallInSecondHalf(List<StepRecord> rows) {
        List<StepRecord> ordered = rows.stream()
                .filter(row -> Double.isFinite(row.loss()))
                .sorted(Comparator.comparingLong(StepRecord::step))
                .toList();
        if (ordered.size() < 2) {
            return null;
        }
        double middle = ordered.get((ordered.size() - 1) / 2).loss();
        return middle <= 0
                ? null
                : (Double) (1 - ordered.get(ordered.size() - 1).loss() / middle);
    }

    private static AdviceRow memory(AdviceContext context, BatchSummary full) {
        Estimate here = full.peakMemoryBytes();
        Optional<Scored> most = Scored.by(context.summary().batches(), BatchSummary::peakMemoryBytes).stream()
                .filter(scored -> scored.batch().batchSize() != full.batchSize())
                .max(Comparator.comparingDouble(Scored::mean));
        if (here == null || most.isEmpty()) {
            return AdviceRow.notMeasured(BATCH, MEMORY, "No peak memory at the full batch and at another one.");
        }
        double ratio = here.mean() / most.get().mean();
        Verdict verdict = ratio >= MORE_MEMORY ? Verdict.SUPPORTED : ratio <= 1 ? Verdict.CONTRADICTED : Verdict.MIXED;
        return context.row(
                BATCH,
                MEMORY,
                "Peak of a worker's process: " + mebibytes(here.mean()) + " against "
                        + mebibytes(most.get().mean()) + " at " + most.get().name(),
                verdict,
                "Supported from 10 % above every other batch size, contradicted if no higher. Other runs in the same process count too; accumulation keeps the need down.");
    }

    private static String mebibytes(double bytes) {
        return NumberText.fixed(bytes / (1 << 20), 0) + " MiB";
    }

    private static String gapText(Estimate gap, boolean accuracy) {
        return accuracy ? NumberText.fixed(gap.mean() * 100, 2) + " points" : NumberText.significant(gap.mean());
    }

    private static String capitalized(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
