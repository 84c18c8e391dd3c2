package io.batchscope.train;

import io.batchscope.data.Batch;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.SplitMix;
import io.batchscope.plan.RunPlan;
import io.batchscope.units.EpochGeometry;
import java.util.Arrays;

/**
 * The mean gradient of a global batch: every rank pushes its share through its replica in micro-batches, each
 * weighted by 1 / size of the global batch (not of the share: Goyal et al. 2017, remark 3); then the parts are summed
 * over the ranks.
 */
final class GlobalGradient {
    /** Rides along with the gradient: the sum of the losses, and the votes to stop. */
    private static final int EXTRAS = 2;

    private final RunPlan plan;
    private final EpochGeometry geometry;
    private final EpochOrder order;
    private final RankData data;
    private final Replica replica;
    private final Collective collective;
    private final Batch batch;
    private final int parameterCount;
    private final float[] mean;
    private final int[] share;
    private EpochOrder.Epoch epoch;
    private long epochNumber;

    GlobalGradient(RunPlan plan, RankData data, Replica replica, Collective collective, Batch batch) {
        this.plan = plan;
        this.geometry = plan.geometry();
        this.order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        this.data = data;
        this.replica = replica;
        this.collective = collective;
        this.batch = batch;
        this.parameterCount = replica.parameterCount();
        this.mean = new float[parameterCount + EXTRAS];
        long most = Math.min(plan.batchSize(), order.examplesOf(collective.rank(), collective.size()));
        this.share = new int[Math.toIntExact(most)];
        this.epoch = order.epoch(0, collective.rank(), collective.size());
    }

    /**
     * Computes the gradient of update {@code step} (from 0).
     *
     * @param stopVote whether this rank wants the run to end after this update
     * @param times receives where the time went
     */
    void compute(long step, boolean stopVote, StepTimes times) {
        if (geometry.epochOf(step) != epochNumber) {
            epochNumber = geometry.epochOf(step);
            epoch = order.epoch(epochNumber, collective.rank(), collective.size());
        }
        int count = epoch.share(geometry.startOf(step), geometry.sizeOf(step), share);
        int microBatches = (count + batch.capacity() - 1) / batch.capacity();
        float weight = 1f / geometry.sizeOf(step);
        if (microBatches == 0) {
            Arrays.fill(mean, 0f);
        }
        double lossSum = 0;
        for (int i = 0; i < microBatches; i++) {
            long start = System.nanoTime();
            batch.fill(data.train(), share, part(count, i, microBatches), part(count, i + 1, microBatches));
            long filled = System.nanoTime();
            replica.seed(
                    SplitMix.mix(plan.seed() ^ SplitMix.mix(step ^ SplitMix.mix(collective.rank() * 65_537L + i))));
            lossSum += replica.gradient(batch, weight, i > 0, mean);
            times.dataNanos += filled - start;
            times.computeNanos += System.nanoTime() - filled;
        }
        long summing = System.nanoTime();
        mean[parameterCount] = (float) (lossSum * weight);
        mean[parameterCount + 1] = stopVote ? 1 : 0;
        collective.allReduceSum(mean, 0, mean.length);
        times.syncNanos += System.nanoTime() - summing;
    }

    private static int part(int count, int i, int parts) {
        return (int) ((long) count * i / parts);
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

    /** ‖mean gradient‖₂. */
    double norm() {
        double sum = 0;
        for (int i = 0; i < parameterCount; i++) {
            sum += (double) mean[i] * mean[i];
        }
        return Math.sqrt(sum);
    }
}
