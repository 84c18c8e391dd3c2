package io.batchscope.study;

import io.batchscope.data.Batch;
import io.batchscope.plan.RunPlan;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import java.util.Arrays;

/**
 * What an update takes on one worker, t(b) = a + β·b (definitions of the two in Pollux, Qiao et al. 2021, equation 8),
 * from a short calibration on this machine. Sums over workers are not in it.
 *
 * @param fixedSeconds a, for an update of no examples
 * @param secondsPerExample β
 */
public record StepTime(double fixedSeconds, double secondsPerExample) {
    private static final int REPEATS = 7;
    private static final int WARM_UP = 20;

    /**
     * Measures gradients of batches of 1 and of {@code microBatch} random examples; the median of a few.
     *
     * @param features numbers per example
     */
    public static StepTime calibrate(ReplicaFactory replicas, int features, int microBatch) {
        try (Replica replica = replicas.create(1, microBatch)) {
            double one = gradientSeconds(replica, new Batch(1, features), 1);
            double many = gradientSeconds(replica, new Batch(microBatch, features), microBatch);
            double slope = microBatch == 1 ? 0 : Math.max(0, (many - one) / (microBatch - 1));
            return new StepTime(Math.max(0, one - slope), slope);
        }
    }

    private static double gradientSeconds(Replica replica, Batch batch, int size) {
        float[] parameters = new float[replica.parameterCount()];
        float[] mean = new float[replica.parameterCount()];
        batch.fill(new Blank(batch.featureCount()), 0, size);
        double[] seconds = new double[REPEATS];
        for (int i = -(size == 1 ? WARM_UP : 2); i < REPEATS; i++) {
            long start = System.nanoTime();
            replica.gradient(batch, 1f / size, false, mean);
            replica.readParameters(parameters);
            replica.writeParameters(parameters);
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return seconds[REPEATS / 2];
    }

    /** Expected training time of a run, evaluations apart; where the pace measures, the most that it may take. */
    public double seconds(RunPlan plan) {
        double batches = plan.plannedSteps() * fixedSeconds * plan.layout().accumulation();
        return batches + secondsPerExample * plan.plannedExamples() / plan.workers();
    }
}
