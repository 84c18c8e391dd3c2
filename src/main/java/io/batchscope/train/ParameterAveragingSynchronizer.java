package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.ParameterAveraging;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Local SGD (Stich 2018; after exact updates, post-local SGD: Lin et al. 2018, section 3). In a <em>round</em> of H updates
 * each rank follows the mean gradient of its own shares, and nothing is sent. Then parameters and everything that the
 * update rule keeps become their mean over the ranks, rank i weighted by nᵢ/N: the examples that it has seen in the round,
 * of all N of the round's batches (McMahan et al. 2017, algorithm 1). So one update of plain gradient descent and a mean are the exact mode's update,
 * whatever the shares: Σ nᵢ/N·(w − η·gᵢ/nᵢ) = w − η/N·Σ gᵢ, gᵢ the sum of the gradients of the share's examples.
 *
 * <p>A rank whose share of a batch has no examples does no update. What the rule keeps is averaged as it is: second moments
 * (Adam, LAMB) as second moments; the bias of moments is corrected by the number of the run's updates, as on every rank.
 * Between two means a rank clips its own gradient, and takes norms of its own parameters and gradient.
 */
final class ParameterAveragingSynchronizer implements Synchronizer {
    /** Ride along with the losses: ‖wᵢ − w̄‖², and the votes to stop. */
    private static final int EXTRAS = 2;

    private final ParameterAveraging mode;
    private final long plannedSteps;
    private final Pacing pacing;
    private final ExactSynchronizer exact;
    private final ShareGradient share;
    private final ParameterUpdate parameterUpdate;
    private final List<float[]> vectors;
    private final Replica replica;
    private final Collective collective;

    /** The share's mean gradient; while ranks agree, the parameters that this one came with. */
    private final float[] gradient;

    /** Of the round: this rank's sum of losses in each update, divided by the size of the update's batch; then the extras. */
    private final double[] sums;

    private int updates;
    private long ownExamples;
    private long allExamples;

    ParameterAveragingSynchronizer(
            RunPlan plan,
            ParameterAveraging mode,
            Pacing pacing,
            Feeder feeder,
            ParameterUpdate parameterUpdate,
            Replica replica,
            Collective collective) {
        this.mode = mode;
        this.plannedSteps = plan.plannedSteps();
        this.pacing = pacing;
        this.exact = new ExactSynchronizer(plan, pacing, feeder, parameterUpdate, replica, collective);
        this.share = new ShareGradient(plan, feeder, replica, collective.rank());
        this.parameterUpdate = parameterUpdate;
        this.vectors = parameterUpdate.vectors();
        this.replica = replica;
        this.collective = collective;
        this.gradient = exact.vector();
        this.sums = new double[Math.toIntExact(mode.longestRound(plannedSteps) + EXTRAS)];
    }

    @Override
    public @Nullable Agreement update(long step, double rate, Votes votes, Wanted wanted, StepTimes times)
            throws InterruptedException {
        if (step < mode.afterSteps()) {
            return exact.update(step, rate, votes, wanted, times);
        }
        updateAlone(step, rate, times);
        return mode.agreesAfter(step, plannedSteps) ? agree(votes, times) : null;
    }

    private void updateAlone(long step, double rate, StepTimes times) throws InterruptedException {
        share.compute(0, false, gradient, ShareGradient.NOBODY, times);
        if (share.examples() > 0) {
            parameterUpdate.apply(gradient, rate, step);
        }
        int size = pacing.trajectory().sizeOf(step);
        sums[updates++] = share.lossSum() / size;
        ownExamples += share.examples();
        allExamples += size;
    }

    private Agreement agree(Votes votes, StepTimes times) {
        long start = System.nanoTime();
        float[] parameters = parameterUpdate.parameters();
        System.arraycopy(parameters, 0, gradient, 0, parameters.length);
        average();
        sums[updates] = squaredDistance(gradient, parameters);
        sums[updates + 1] = votes.stop() ? 1 : 0;
        collective.allReduceSum(sums, 0, updates + EXTRAS);
        replica.writeParameters(parameters);
        Agreement agreement = new Agreement(
                Arrays.stream(sums, 0, updates).boxed().toList(),
                null,
                null,
                null,
                null,
                finite(Math.sqrt(sums[updates] / collective.size())),
                null,
                sums[updates + 1] > 0,
                votes.checkpoint());
        updates = 0;
        ownExamples = 0;
        allExamples = 0;
        times.syncNanos += System.nanoTime() - start;
        return agreement;
    }

    /** Null for what overflowed: the next loss will tell. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? Double.valueOf(value) : null;
    }

    private void average() {
        // A batch has one example at least, so the round's have some.
        double weight = (double) ownExamples / allExamples;
        for (float[] vector : vectors) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) (weight * vector[i]);
            }
            collective.allReduceSum(vector, 0, vector.length);
        }
    }

    /** ‖a − b‖², b as long as a or shorter. */
    private static double squaredDistance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < b.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }
}
