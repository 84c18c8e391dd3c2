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

    /** And where noise is measured: how many parts or pairs of them there were, and three sums over them. */
    private static final int NOISE_EXTRAS = 4;

    private final Pacing pacing;
    private final @Nullable PieceSquares squares;
    private final @Nullable PartDifferences differences;
    private final boolean noisy;
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
    private boolean measured;

    /** @param pacing tells the sizes of batches */
    GlobalGradient(RunPlan plan, Pacing pacing, Feeder feeder, Replica replica, Collective collective) {
        this.pacing = pacing;
        boolean everyUpdate = plan.pace().measuresNoise();
        this.noisy = everyUpdate || plan.measures().noiseEvery() > 0;
        this.squares = everyUpdate ? new PieceSquares(replica) : null;
        this.differences = noisy && !everyUpdate && comparesParts(plan)
                ? new PartDifferences(
                        replica, feeder.featureCount(), plan.regularization().labelSmoothing(), collective.size())
                : null;
        this.share = new ShareGradient(plan, feeder, replica, collective.rank(), squares, differences);
        this.collective = collective;
        this.buckets = new GradientBuckets(replica.gradientOrder());
        this.overlaps = buckets.count() > 1 && collective.size() > 1;
        this.listener = overlaps ? this::sum : ShareGradient.NOBODY;
        this.parameterCount = replica.parameterCount();
        // Of the same length whether or not noise is measured: it decides in which order three ranks or more are
        // summed, and
        // so the last bits.
        this.mean = new float[parameterCount + EXTRAS + NOISE_EXTRAS];
        this.free = new GradientParts(replica.heldParameters(), parameterCount).free();
    }

    /**
     * Whether every rank's share has parts to compare, where the batch grows of the largest batch: smaller ones then tell the
     * less, or nothing. Otherwise the gradients of the ranks are compared.
     */
    static boolean comparesParts(RunPlan plan) {
        return plan.largestBatch() >= 2L * plan.workers();
    }

    /**
     * Computes the gradient of update {@code step} (from 0); to be called for one update after the other.
     *
     * @param stopVote whether this rank wants the run to end after this update
     * @param noise whether to measure its noise; where the pace needs that, it is measured anyway
     * @param times receives where the time went
     */
    void compute(long step, boolean stopVote, boolean noise, StepTimes times) throws InterruptedException {
        examples = pacing.trajectory().sizeOf(step);
        measured = squares != null || (noisy && noise);
        float weight = 1f / examples;
        waitNanos = 0;
        // A rank's own gradient is gone once its sum has begun.
        boolean comparesRanks = measured && squares == null && differences == null;
        boolean early = overlaps && !comparesRanks;
        share.compute(weight, measured, mean, early ? listener : ShareGradient.NOBODY, times);
        long computed = System.nanoTime();
        // Sums that were begun meanwhile took this thread's time for as long as it took to begin them.
        times.computeNanos -= waitNanos;
        mean[parameterCount] = (float) (share.lossSum() * weight);
        mean[parameterCount + 1] = stopVote ? 1 : 0;
        putNoise();
        if (overlaps && !early) {
            for (int part = 0; part < buckets.parts(); part++) {
                buckets.begin(part, collective, mean);
            }
        }
        sumTheRest();
        times.syncNanos += System.nanoTime() - computed + waitNanos;
    }

    /** What a part's gradient lacks to be a mean is the factor B / nᵢ. */
    private void putNoise() {
        double batchSquared = (double) examples * examples;
        int own = share.examples();
        if (!measured || (squares == null && differences == null && own == 0)) {
            putNoise(0, 0, 0, 0);
        } else if (squares != null) {
            putNoise(squares.count(), squares.weighted() * batchSquared, squares.sum() * batchSquared, own);
        } else if (differences != null) {
            putNoise(differences.pairs(), differences.noise(), differences.small(), differences.partExamples());
        } else {
            double square = square() * batchSquared;
            putNoise(1, square / own, square / own / own, own);
        }
    }

    private void putNoise(int count, double first, double second, int partExamples) {
        mean[parameterCount + EXTRAS] = count;
        mean[parameterCount + EXTRAS + 1] = (float) first;
        mean[parameterCount + EXTRAS + 2] = (float) second;
        mean[parameterCount + EXTRAS + 3] = partExamples;
    }

    private void sum(int part) {
        long start = System.nanoTime();
        buckets.begin(part, collective, mean);
        waitNanos += System.nanoTime() - start;
    }

    /** With the gradient's own sums begun, part by part, or not at all. */
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

    /** What the update tells of its noise; null if that was not measured, or tells nothing. */
    @Nullable
    NoiseSample squares() {
        if (!measured) {
            return null;
        }
        int count = (int) mean[parameterCount + EXTRAS];
        double first = mean[parameterCount + EXTRAS + 1];
        double second = mean[parameterCount + EXTRAS + 2];
        double partExamples = mean[parameterCount + EXTRAS + 3];
        long population = pacing.trajectory().examples();
        return differences == null
                ? GradientSquares.of(count, first, second, square(), examples, population)
                : PartDifference.of(count, first, second, partExamples, square(), examples, population);
    }

    /** ‖mean gradient‖₂. */
    double norm() {
        return Math.sqrt(square());
    }
}
