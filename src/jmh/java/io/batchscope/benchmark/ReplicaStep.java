package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.train.ParameterUpdate;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.UpdateRule;
import java.util.List;
import java.util.stream.IntStream;

/** A step of one of the project's replicas, as {@code train.StepLoop} does it in a run with one worker. */
final class ReplicaStep implements TrainingStep {
    private final Replica replica;
    private final Batches batches;
    private final ParameterUpdate parameters;
    private final float[] gradient;
    private long update;

    /** What a step takes. */
    @FunctionalInterface
    interface Batches {
        /** That of an update. */
        Batch of(long update);
    }

    /** A step on batches that lie ready, in turn. */
    ReplicaStep(ReplicaFactory replicas, List<Batch> batches) {
        this(replicas.create(1, batches.get(0).capacity()), update -> batches.get((int) (update % batches.size())));
    }

    private ReplicaStep(Replica replica, Batches batches) {
        this.replica = replica;
        this.batches = batches;
        this.parameters = new ParameterUpdate(new UpdateRule.Nesterov(MOMENTUM, 0), replica);
        this.gradient = new float[replica.parameterCount()];
        replica.readParameters(parameters.parameters());
    }

    /**
     * A step on examples that the replica keeps, in the order of their indices; a batch is put together within the step.
     *
     * @throws UnsupportedOperationException if the replica keeps none
     */
    static ReplicaStep onKept(ReplicaFactory replicas, Examples examples, int size) {
        Replica replica = replicas.create(1, size);
        if (!replica.keep(examples)) {
            replica.close();
            throw new UnsupportedOperationException("the replica keeps no examples on a device");
        }
        Batch batch = new Batch(size, examples.featureCount());
        int[] indices = IntStream.range(0, examples.size()).toArray();
        int batches = examples.size() / size;
        return new ReplicaStep(replica, update -> {
            int from = (int) (update % batches) * size;
            batch.fillOnDemand(examples, indices, from, from + size);
            return batch;
        });
    }

    @Override
    public void run() {
        Batch batch = batches.of(update);
        replica.seed(update);
        replica.gradient(batch, 1f / batch.size(), false, gradient);
        parameters.apply(gradient, LEARNING_RATE, update);
        update++;
    }

    @Override
    public void close() {
        replica.close();
    }
}
