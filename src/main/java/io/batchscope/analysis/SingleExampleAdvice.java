package io.batchscope.analysis;

import io.batchscope.analysis.AdviceContext.Claim;
import io.batchscope.analysis.AdviceRow.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is said of batch size 1. */
final class SingleExampleAdvice {
    private static final String BATCH = "1";
    private static final String NOISY = "The gradients are noisy.";
    private static final String UNSTABLE = "The path is unstable.";
    private static final String IDLE = "The hardware is idle most of the time.";
    private static final String FUSSY = "It is fussy about the learning rate.";
    private static final double IDLE_SHARE = 0.5;
    private static final double BUSY_SHARE = 0.9;
    private static final double CLEARLY = 2;

    private SingleExampleAdvice() {}

    static List<AdviceRow> of(AdviceContext context) {
        Optional<BatchSummary> one = context.summary().batches().stream()
                .filter(batch -> batch.batchSize() == 1)
                .findFirst();
        if (one.isEmpty()) {
            String missing = "Batch size 1 is not among the runs.";
            return List.of(NOISY, UNSTABLE, IDLE, FUSSY).stream()
                    .map(claim -> AdviceRow.notMeasured(BATCH, claim, missing))
                    .toList();
        }
        return List.of(
                noisy(context, one.get()),
                unstable(context, one.get()),
                idle(context, one.get()),
                fussy(context, one.get()));
    }

    /**
     * By noise over signal where some batch size has a noise scale, and not by how much more that is than elsewhere, which is
     * only the ratio of the batch sizes. One example has no parts to compare, so a batch of 1 never has a noise scale of its own;
     * what its noise is where another batch size measured it follows from that (McCandlish 2018, equation 2.10).
     */
    private static AdviceRow noisy(AdviceContext context, BatchSummary one) {
        List<BatchSummary> measured = context.reference(one, context::noiseToSignal);
        if (measured.isEmpty()) {
            return context.larger(
                    new Claim(BATCH, NOISY, AdviceContext.SPREAD, context::gradientSpread, NumberText::percent), one);
        }
        BatchSummary nearest = measured.get(0);
        double ofOneExample = Objects.requireNonNull(nearest.gradients().noise().value());
        String at = NumberText.count(nearest.batchSize());
        return context.row(
                BATCH,
                NOISY,
                "Noise over signal of one example's gradient: " + NumberText.significant(ofOneExample) + ", against "
                        + NumberText.significant(Objects.requireNonNull(context.noiseToSignal(nearest))
                                .mean())
                        + " of a batch of " + at,
                ofOneExample >= CLEARLY ? Verdict.SUPPORTED : ofOneExample <= 1 ? Verdict.CONTRADICTED : Verdict.MIXED,
                "Supported if noise is at least twice the signal (squared norms), contradicted if no more. Measured late in"
                        + " runs with batch " + at + ": one example alone has nothing to tell its noise from.");
    }

    /** By divergence, else by how much a loss swings that is measured on as many examples at every batch size. */
    private static AdviceRow unstable(AdviceContext context, BatchSummary one) {
        boolean othersHeld = context.summary().batches().stream()
                .filter(batch -> batch.batchSize() != 1)
                .noneMatch(batch -> batch.diverged() > 0);
        if (one.diverged() > 0 && othersHeld) {
            return context.row(
                    BATCH,
                    UNSTABLE,
                    one.diverged() + " of " + NumberText.counted(one.runs(), "run")
                            + " diverged, none at other batch sizes",
                    Verdict.SUPPORTED,
                    "Divergence at batch 1 alone counts as support.");
        }
        Oscillations oscillations = context.oscillations();
        String missing = oscillations.missing().get(one.batchSize());
        if (missing != null) {
            return AdviceRow.notMeasured(
                    BATCH, UNSTABLE, Character.toUpperCase(missing.charAt(0)) + missing.substring(1) + ".");
        }
        Claim claim = new Claim(
                BATCH,
                UNSTABLE,
                "Oscillation of the " + oscillations.words() + " around its local trend",
                oscillations::at,
                NumberText::significant);
        return context.larger(claim, one);
    }

    private static AdviceRow idle(AdviceContext context, BatchSummary one) {
        Estimate here = one.examplesPerSecond();
        Optional<Scored> fastest = Scored.by(context.summary().batches(), BatchSummary::examplesPerSecond).stream()
                .filter(scored -> scored.batch().batchSize() != 1)
                .max(Comparator.comparingDouble(Scored::mean));
        if (here == null || fastest.isEmpty()) {
            return AdviceRow.notMeasured(BATCH, IDLE, "No throughput at batch 1 and at another batch size to compare.");
        }
        double share = here.mean() / fastest.get().mean();
        Verdict verdict =
                share < IDLE_SHARE ? Verdict.SUPPORTED : share >= BUSY_SHARE ? Verdict.CONTRADICTED : Verdict.MIXED;
        return context.row(
                BATCH,
                IDLE,
                NumberText.significant(here.mean()) + " examples/s, " + NumberText.percent(share) + " of the "
                        + NumberText.significant(fastest.get().mean()) + " at "
                        + fastest.get().name(),
                verdict,
                "Supported below 50 % of the highest throughput, contradicted from 90 %.");
    }

    /**
     * By the width of the range of rates that train ({@link RateRange}); open ranges are wider than their width. Masters and
     * Luschi 2018 report the opposite of the claim: that larger batches narrow the range.
     */
    private static AdviceRow fussy(AdviceContext context, BatchSummary one) {
        RateRange here = range(context, one);
        List<BatchSummary> reference = context.reference(one, batch -> width(context, batch));
        if (here == null || reference.isEmpty()) {
            return AdviceRow.notMeasured(
                    BATCH,
                    FUSSY,
                    context.summary().searches().isEmpty()
                            ? "Needs several learning rates at each batch size (learning-rate.search.factors); this study"
                                    + " has one."
                            : "The range of rates that train is not known at batch 1 and at another batch size.");
        }
        double narrow = here.width().mean();
        double wide = Objects.requireNonNull(AdviceContext.mean(reference, batch -> width(context, batch)));
        boolean othersOpen = reference.stream()
                .anyMatch(batch -> Objects.requireNonNull(range(context, batch)).isOpen());
        String measured = "Rates that train: " + atLeast(here.isOpen()) + NumberText.significant(narrow)
                + " octaves against " + atLeast(othersOpen) + NumberText.significant(wide)
                + (reference.size() > 1 ? " on average at " : " at ") + AdviceContext.names(reference);
        String rule = "Supported if at most half as many octaves, contradicted if no fewer.";
        if (!here.isOpen() && 2 * narrow <= wide) {
            return context.row(BATCH, FUSSY, measured, Verdict.SUPPORTED, rule);
        }
        if (!othersOpen && narrow >= wide) {
            return context.row(BATCH, FUSSY, measured, Verdict.CONTRADICTED, rule);
        }
        return here.isOpen() || othersOpen
                ? new AdviceRow(
                        BATCH,
                        FUSSY,
                        measured,
                        Verdict.NOT_MEASURED_YET,
                        "The rates tried do not reach the ends of all ranges: add factors to learning-rate.search.factors.")
                : context.row(BATCH, FUSSY, measured, Verdict.MIXED, rule);
    }

    private static @Nullable RateRange range(AdviceContext context, BatchSummary batch) {
        return context.summary()
                .searches()
                .at(context.summary().reference(), batch.batchSize())
                .map(RateSearch::range)
                .orElse(null);
    }

    private static @Nullable Estimate width(AdviceContext context, BatchSummary batch) {
        RateRange range = range(context, batch);
        return range == null ? null : range.width();
    }

    private static String atLeast(boolean open) {
        return open ? "at least " : "";
    }
}
