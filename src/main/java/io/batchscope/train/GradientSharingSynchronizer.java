package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.GradientSharing;
import java.util.List;

/**
 * Gradient sharing (Strom 2015) in synchronous rounds. Of what each rank's part of the mean gradient has added up to, only
 * the signs of elements beyond a threshold are sent, each for ±threshold; the rest waits in the rank's residual. All ranks
 * follow the sum of what was sent with the same rule and rate, so they always agree. With a threshold of 0 the gradient is
 * summed as it is, which is the exact mode.
 *
 * <p>Weight decay and the model's penalties are added to the sum on every rank, and held parameters follow exactly:
 * neither waits in a residual.
 */
final class GradientSharingSynchronizer implements Synchronizer {
    private final Pacing pacing;
    private final GradientSharing settings;
    private final ShareGradient share;
    private final ParameterUpdate parameterUpdate;
    private final Collective collective;
    private final ThresholdRule rule;
    private final ThresholdEncoder encoder;
    private final GradientParts parts;
    private final SharedCounts counts;
    private final SignExchange exchange;
    private final float[] gradient;
    private double threshold;

    /** @param settings the plan's own */
    GradientSharingSynchronizer(
            RunPlan plan,
            GradientSharing settings,
            Pacing pacing,
            Feeder feeder,
            ParameterUpdate parameterUpdate,
            Replica replica,
            Collective collective) {
        this.pacing = pacing;
        this.settings = settings;
        this.share = new ShareGradient(plan, feeder, replica, collective.rank());
        this.parameterUpdate = parameterUpdate;
        this.collective = collective;
        this.rule = ThresholdRule.of(settings.threshold());
        this.threshold = ThresholdRule.bounded(settings.threshold().initial());
        this.parts = new GradientParts(replica.heldParameters(), replica.parameterCount());
        this.encoder = new ThresholdEncoder(parts);
        this.counts = new SharedCounts(collective);
        this.exchange = new SignExchange(collective, parts);
        this.gradient = new float[replica.parameterCount()];
    }

    /** An update whose gradient is not finite on some rank sends nothing: its loss is no number, which ends the run. */
    @Override
    public Agreement update(long step, double rate, Votes votes, Wanted wanted, StepTimes times)
            throws InterruptedException {
        int examples = pacing.trajectory().sizeOf(step);
        share.compute(1f / examples, false, gradient, ShareGradient.NOBODY, times);
        long computed = System.nanoTime();
        double lossPart = share.lossSum() / examples;
        if (step == 0 && !(rule instanceof ThresholdRule.Unchanged)) {
            findFirstThreshold();
        }
        double used = threshold;
        boolean sent = used == 0 ? shareAll(lossPart, votes) : shareSigns(step, lossPart, votes);
        times.syncNanos += System.nanoTime() - computed;
        Double norm = wanted.norms() && sent ? norm() : null;
        Double change = sent ? parameterUpdate.apply(gradient, rate, step, wanted.norms()) : null;
        return new Agreement(
                List.of(sent ? counts.loss() : Double.NaN),
                norm,
                change,
                used > 0 ? sparsity() : 0,
                used,
                null,
                null,
                counts.stopWanted(),
                counts.checkpointWanted());
    }

    private void findFirstThreshold() {
        MagnitudeHistogram gradients = new MagnitudeHistogram(parts, gradient);
        gradients.sum(collective);
        threshold = ThresholdRule.bounded(rule.first(threshold, gradients));
    }

    /** Replaces the gradient by the sum over ranks; what is not finite in it shows in the next loss. */
    private boolean shareAll(double lossPart, Votes votes) {
        counts.sum(lossPart, votes, true, false, gradient.length);
        collective.allReduceSum(gradient, 0, gradient.length);
        return true;
    }

    /** Replaces the gradient by the sum of what all ranks sent, and finds the next threshold; false if there is none. */
    private boolean shareSigns(long step, double lossPart, Votes votes) {
        float unit = (float) threshold;
        boolean clips = (step + 1) % settings.clipEverySteps() == 0;
        float bound = clips ? (float) (settings.residualClip() * unit) : ThresholdEncoder.UNBOUNDED;
        encoder.encode(gradient, unit, bound);
        boolean finite = encoder.finite() && parts.heldIsFinite(gradient);
        counts.sum(lossPart, votes, finite, parts.anyHeld(gradient), encoder.sent());
        if (!counts.finite()) {
            return false;
        }
        int[] sent = counts.sent();
        exchange.sum(encoder.signs(), sent, SignExchange.cheapest(sent, gradient.length), gradient);
        parts.scaleFree(gradient, unit);
        if (counts.held()) {
            parts.sumHeld(collective, gradient);
        }
        threshold = ThresholdRule.bounded(rule.next(threshold, sparsity()));
        return true;
    }

    /** Share of the elements of all ranks' gradients that was not sent. */
    private double sparsity() {
        long all = (long) collective.size() * Math.max(1, parts.freeLength());
        return 1 - (double) counts.allSent() / all;
    }

    private double norm() {
        double sum = 0;
        for (Replica.Range range : parts.free()) {
            sum += SquaredNorm.of(gradient, range.from(), range.to());
        }
        return Math.sqrt(sum);
    }

    /** The residual. */
    @Override
    public List<float[]> ownVectors() {
        return List.of(encoder.residual());
    }

    /** The next update's threshold. */
    @Override
    public double[] numbers() {
        return new double[] {threshold};
    }

    @Override
    public void restore(double[] numbers) {
        threshold = numbers[0];
    }
}
