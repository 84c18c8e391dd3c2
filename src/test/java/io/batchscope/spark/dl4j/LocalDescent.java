package io.batchscope.spark.dl4j;

import io.batchscope.data.Batch;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Split;
import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.ShardReader;
import io.batchscope.train.Replica;
import io.batchscope.train.UpdateRule;
import org.apache.spark.sql.SparkSession;

/**
 * Local updates and their mean, written down as plainly as can be: what averaging is to give. Every worker has the same
 * weight, as Deeplearning4j has it.
 */
record LocalDescent(SparkSession spark, DataLocation data, Model model, RunPlan plan) {
    float[] parameters() {
        UpdateRule rule = UpdateRule.of(plan.optimizer());
        int vectors = 1 + rule.stateVectors();
        try (Replica replica = model.replicas().create(plan.seed(), Math.toIntExact(plan.batchSize()))) {
            float[][] mean = new float[vectors][replica.parameterCount()];
            replica.readParameters(mean[0]);
            long every = plan.synchronization().everySteps();
            for (long from = 0; from < plan.plannedSteps(); from += every) {
                float[][] sum = new float[vectors][replica.parameterCount()];
                for (int rank = 0; rank < plan.workers(); rank++) {
                    add(worker(rank, mean, from, Math.min(plan.plannedSteps(), from + every), rule, replica), sum);
                }
                for (float[] vector : sum) {
                    for (int i = 0; i < vector.length; i++) {
                        vector[i] /= plan.workers();
                    }
                }
                mean = sum;
            }
            return mean[0];
        }
    }

    private static void add(float[][] vectors, float[][] sum) {
        for (int v = 0; v < sum.length; v++) {
            for (int i = 0; i < sum[v].length; i++) {
                sum[v][i] += vectors[v][i];
            }
        }
    }

    /** Parameters and state of one worker after its updates of a round. */
    private float[][] worker(int rank, float[][] start, long from, long to, UpdateRule rule, Replica replica) {
        var examples =
                ShardReader.of(spark).read(data, Split.TRAIN, plan.trainExamples(), plan.lanes(), rank, plan.workers());
        EpochOrder order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        float[] own = start[0].clone();
        float[][] state = new float[start.length - 1][];
        for (int v = 0; v < state.length; v++) {
            state[v] = start[v + 1].clone();
        }
        float[] gradient = new float[own.length];
        int[] share = new int[examples.size()];
        for (long update = from; update < to; update++) {
            int size = order.epoch(plan.geometry().epochOf(update), rank, plan.workers())
                    .share(plan.geometry().startOf(update), plan.geometry().sizeOf(update), share);
            Batch batch = new Batch(size, examples.featureCount());
            batch.fill(examples, share, 0, size);
            replica.writeParameters(own);
            replica.gradient(batch, 1f / size, false, gradient);
            rule.update(own, gradient, state, plan.schedule().rateAt(update), update);
        }
        float[][] vectors = new float[start.length][];
        vectors[0] = own;
        System.arraycopy(state, 0, vectors, 1, state.length);
        return vectors;
    }
}
