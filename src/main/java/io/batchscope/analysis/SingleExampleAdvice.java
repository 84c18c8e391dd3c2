package io.batchscope.analysis;

import io.batchscope.analysis.AdviceContext.Claim;
import io.batchscope.analysis.AdviceRow.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is said of batch size 1. */
final class SingleExampleAdvice {
    private static final String BATCH = "1";
    private static final String NOISY = "The gradients are noisy.";
    private static final String UNSTABLE = "The path is unstable.";
    private static final String IDLE = "The hardware is idle most of the time.";
    private static final String FUSSY = "It is fussy about the learning rate.";
    private static final double IDLE_SHARE = 0.5;
    private static final double BUSY_SHARE = 0.9;

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
                noisy(context, one.get()), unstable(context, one.get()), idle(context, one.get()), fussy(one.get()));
    }

    private static AdviceRow noisy(AdviceContext context, BatchSummary one) {
        Claim claim = new Claim(
                BATCH,
                NOISY,
                "Spread of the gradient norm from update to update",
                context::gradientSpread,
                NumberText::percent);
        return context.larger(claim, one);
    }

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
        Claim claim = new Claim(
                BATCH,
                UNSTABLE,
                "Oscillation of the training loss",
                BatchSummary::lossOscillation,
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

    private static AdviceRow fussy(BatchSummary one) {
        String rates = NumberText.counted(one.peakLearningRates().size(), "learning rate");
        return AdviceRow.notMeasured(
                BATCH,
                FUSSY,
                "Needs several learning rates at each batch size; this study has " + rates + " at batch 1.");
    }
}
