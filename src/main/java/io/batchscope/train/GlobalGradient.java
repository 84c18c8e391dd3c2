package io.batchscope.train;

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
    private final Feeder feeder;
    private final Replica replica;
    private final Collective collective;
    private final int parameterCount;
    private final float[] mean;

    GlobalGradient(RunPlan plan, Feeder feeder, Replica replica, Collective collective) {
        this.plan = plan;
        this.geometry = plan.geometry();
        this.feeder = feeder;
        this.replica = replica;
        this.collective = collective;
        this.parameterCount = replica.parameterCount();
        this.mean = new float[parameterCount + EXTRAS];
    }

    /**
     * Computes the gradient of update {@code step} (from 0); to be called for one update after the other.
     *
     * @param stopVote whether this rank wants the run to end after this update
     * @param times receives where the time went
     */
    void compute(long step, boolean stopVote, StepTimes times) throws InterruptedException {
        float weight = 1f / geometry.sizeOf(step);
        double lossSum = 0;
        boolean last = false;
        long time = System.nanoTime();
        while (!last) {
            MicroBatch part = feeder.next();
            long fed = System.nanoTime();
            lossSum += add(part, weight);
            long computed = System.nanoTime();
            times.dataNanos += fed - time;
            times.computeNanos += computed - fed;
            time = computed;
            last = part.last();
        }
        mean[parameterCount] = (float) (lossSum * weight);
        mean[parameterCount + 1] = stopVote ? 1 : 0;
        collective.allReduceSum(mean, 0, mean.length);
        times.syncNanos += System.nanoTime() - time;
    }

    /** Adds the gradient of a micro-batch; the first one of an update overwrites what is there. */
    private double add(MicroBatch part, float weight) {
        if (part.batch().size() == 0) {
            Arrays.fill(mean, 0f);
            return 0;
        }
        long rankSeed = collective.rank() * 65_537L + part.index();
        replica.seed(SplitMix.mix(plan.seed() ^ SplitMix.mix(part.step() ^ SplitMix.mix(rankSeed))));
        return replica.gradient(part.batch(), weight, part.index() > 0, mean);
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
