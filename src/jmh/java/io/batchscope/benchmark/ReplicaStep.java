package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica;
import io.batchscope.train.Replica.Range;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.UpdateRule;
import java.util.List;

/** A step of one of the project's replicas, as {@code train.StepLoop} does it in a run with one worker. */
final class ReplicaStep implements TrainingStep {
    private final Replica replica;
    private final List<Batch> batches;
    private final UpdateRule rule = new UpdateRule.Nesterov(MOMENTUM, 0);
    private final List<Range> held;
    private final float[] parameters;
    private final float[] gradient;
    private final float[][] state;
    private long update;

    ReplicaStep(ReplicaFactory replicas, List<Batch> batches) {
        this.replica = replicas.create(1, batches.get(0).capacity());
        this.batches = batches;
        this.held = replica.heldParameters();
        this.parameters = new float[replica.parameterCount()];
        this.gradient = new float[parameters.length];
        this.state = new float[rule.stateVectors()][parameters.length];
        replica.readParameters(parameters);
    }

    @Override
    public void run() {
        Batch batch = batches.get((int) (update % batches.size()));
        replica.seed(update);
        replica.gradient(batch, 1f / batch.size(), false, gradient);
        for (Range range : held) {
            // Running statistics: the replica says how much to subtract, and the rule must leave them alone.
            for (int i = range.from(); i < range.to(); i++) {
                parameters[i] -= gradient[i];
                gradient[i] = 0;
            }
        }
        rule.update(parameters, gradient, state, LEARNING_RATE, update);
        replica.writeParameters(parameters);
        update++;
    }

    @Override
    public void close() {
        replica.close();
    }
}
