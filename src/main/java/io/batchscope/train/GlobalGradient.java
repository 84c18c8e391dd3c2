package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.Replica.GradientListener;
import io.batchscope.train.Replica.Range;
import org.jspecify.annotations.Nullable;

/**
 * The mean gradient of an update's global batch: every rank adds up the gradients of its micro-batches, each
 * weighted by 1 / size of the global batch (not of the share: Goyal et al. 2017, remark 3); then the parts are summed
 * over the ranks. Of a large gradient, {@linkplain GradientBuckets buckets} that are final are already being summed while
 * the last micro-batch's backward pass goes on.
 */
final class GlobalGradient {
    /** Rides along with the gradient: the sum of the losses, and the votes to stop. */
    private static final int EXTRAS = 2;

    /** And where noise is measured: how many micro-batches there were, and the sums of their squared norms. */
    private static final int NOISE_EXTRAS = 3;

    private final Pacing pacing;
    private final @Nullable PieceSquares squares;
    private final ShareGradient share;
    private final Collective collective;
    private final GradientBuckets buckets;
    private final boolean overlaps;
    private final GradientListener listener;
    private final int parameterCount;
    private final float[] mean;
    private final Range[] free;
    private long waitNanos;
    private int examples;

    /** @param pacing tells the sizes of batches */
    GlobalGradient(RunPlan plan, Pacing pacing, Feeder feeder, Replica replica, Collective collective) {
        this.pacing = pacing;
        this.squares = plan.pace().measuresNoise() ? new PieceSquares(replica) : null;
        this.share = new ShareGradient(plan, feeder, replica, collective.rank(), squares);
        this.collective = collective;
        this.buckets = new GradientBuckets(replica.gradientOrder());
        this.overlaps = buckets.count() > 1 && collective.size() > 1;
        this.listener = overlaps ? this::sum : ShareGradient.NOBODY;
        this.parameterCount = replica.parameterCount();
        this.mean = new float[parameterCount + EXTRAS + (squares == null ? 0 : NOISE_EXTRAS)];
        this.free = new GradientParts(replica.heldParameters(), parameterCount).free();
    }

    /**
     * Computes the gradient of update {@code step} (from 0); to be called for one update after the other.
     *
     * @param stopVote whether this rank wants the run to end after this update
     * @param times receives where the time went
     */
    void compute(long step, boolean stopVote, StepTimes times) throws InterruptedException {
        examples = pacing.trajectory().sizeOf(step);
        float weight = 1f / examples;
        waitNanos = 0;
        share.compute(weight, mean, listener, times);
        long computed = System.nanoTime();
        // Sums that were begun meanwhile took this thread's time for as long as it took to begin them.
        times.computeNanos -= waitNanos;
        mean[parameterCount] = (float) (share.lossSum() * weight);
        mean[parameterCount + 1] = stopVote ? 1 : 0;
        if (squares != null) {
            // What a part's gradient lacks to be a mean is the factor B / nᵢ.
            double batchSquared = (double) examples * examples;
            mean[parameterCount + EXTRAS] = squares.count();
            mean[parameterCount + EXTRAS + 1] = (float) (squares.weighted() * batchSquared);
            mean[parameterCount + EXTRAS + 2] = (float) (squares.sum() * batchSquared);
        }
        sumTheRest();
        times.syncNanos += System.nanoTime() - computed + waitNanos;
    }

    private void sum(int part) {
        long start = System.nanoTime();
        buckets.begin(part, collective, mean);
        waitNanos += System.nanoTime() - start;
    }

    private void sumTheRest() {
        if (overlaps) {
            collective.begin(mean, parameterCount, mean.length);
            collective.finish();
        } else {
            collective.allReduceSum(mean, 0, mean.length);
        }
    }

    /** The mean gradient in its first {@code parameterCount} elements. */
    float[] mean() {
        return mean;
    }

    /** Mean loss per example of the global batch. */
    double loss() {
        return mean[parameterCount];
    }

    /** Whether any rank voted to stop. */
    boolean stopWanted() {
        return mean[parameterCount + 1] > 0;
    }

    /** Σ of the squares of the mean gradient, what stands in the places of held parameters apart. */
    private double square() {
        double sum = 0;
        for (Range range : free) {
            sum += SquaredNorm.of(mean, range.from(), range.to());
        }
        return sum;
    }

    /** Squared norms of the update's micro-batches and of the whole batch; null if they are not measured, or tell nothing. */
    @Nullable
    GradientSquares squares() {
        if (squares == null) {
            return null;
        }
        return GradientSquares.of(
                (int) mean[parameterCount + EXTRAS],
                mean[parameterCount + EXTRAS + 1],
                mean[parameterCount + EXTRAS + 2],
                square(),
                examples,
                pacing.trajectory().examples());
    }

    /** ‖mean gradient‖₂. */
    double norm() {
        return Math.sqrt(square());
    }
}
