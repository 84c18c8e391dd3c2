package io.batchscope.analysis;

import io.batchscope.analysis.AdviceRow.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is said of batch sizes from 32 to 256. */
final class MiddleBatchAdvice {
    private static final String BATCH = "32–256";
    private static final String CLAIM = "The middle balances quality and speed.";
    private static final double ACCURACY_MARGIN = 0.01;
    private static final double LOSS_MARGIN = 0.05;
    private static final double FAST_ENOUGH = 0.5;

    private MiddleBatchAdvice() {}

    /** Good if within a point of accuracy (5 % of a loss) of the best of all; fast if it reaches half the highest throughput. */
    static AdviceRow of(AdviceContext context) {
        StudySummary summary = context.summary();
        Optional<Quality> available = Quality.of(summary);
        List<BatchSummary> middle =
                summary.batches().stream().filter(AdviceContext::isMiddle).toList();
        if (available.isEmpty()) {
            return AdviceRow.notMeasured(BATCH, CLAIM, "No run has a test or validation result.");
        }
        if (middle.isEmpty() || middle.size() == summary.batches().size()) {
            return AdviceRow.notMeasured(BATCH, CLAIM, "Needs results at batch sizes inside and outside of 32 to 256.");
        }
        Quality quality = available.get();
        List<Scored> all = quality.scored(summary.batches());
        Optional<Scored> best = all.stream()
                .filter(scored -> AdviceContext.isMiddle(scored.batch()))
                .findFirst();
        Optional<Double> fastest = Scored.by(summary.batches(), BatchSummary::examplesPerSecond).stream()
                .map(Scored::mean)
                .max(Comparator.naturalOrder());
        Estimate speed = best.map(scored -> scored.batch().examplesPerSecond()).orElse(null);
        if (best.isEmpty() || fastest.isEmpty() || speed == null) {
            return AdviceRow.notMeasured(BATCH, CLAIM, "No run in the middle has both a result and a throughput.");
        }
        Estimate top = all.get(0).estimate();
        double margin = quality.isAccuracy() ? ACCURACY_MARGIN : LOSS_MARGIN * Math.abs(top.mean());
        boolean good = quality.shortfall(top, best.get().estimate()) <= margin;
        double share = speed.mean() / fastest.get();
        boolean fast = share >= FAST_ENOUGH;
        Verdict verdict = good && fast ? Verdict.SUPPORTED : good || fast ? Verdict.MIXED : Verdict.CONTRADICTED;
        return context.row(
                BATCH,
                CLAIM,
                "Best of the middle is " + best.get().name() + ": " + quality.words() + " "
                        + quality.text(best.get().mean()) + " (best of all: " + quality.text(top.mean()) + " at "
                        + all.get(0).name() + "), " + NumberText.percent(share) + " of the highest throughput",
                verdict,
                "Supported if within " + (quality.isAccuracy() ? "one point" : "5 %")
                        + " of the best result and at half the highest throughput or more; mixed if one of the two.");
    }
}
