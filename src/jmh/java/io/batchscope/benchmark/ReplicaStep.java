package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.train.ParameterUpdate;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.UpdateRule;
import java.util.List;

/** A step of one of the project's replicas, as {@code train.StepLoop} does it in a run with one worker. */
final class ReplicaStep implements TrainingStep {
    private final Replica replica;
    private final List<Batch> batches;
    private final ParameterUpdate parameters;
    private final float[] gradient;
    private long update;

    ReplicaStep(ReplicaFactory replicas, List<Batch> batches) {
        this.replica = replicas.create(1, batches.get(0).capacity());
        this.batches = batches;
        this.parameters = new ParameterUpdate(new UpdateRule.Nesterov(MOMENTUM, 0), replica);
        this.gradient = new float[replica.parameterCount()];
        replica.readParameters(parameters.parameters());
    }

    @Override
    public void run() {
        Batch batch = batches.get((int) (update % batches.size()));
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
