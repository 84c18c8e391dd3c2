package io.batchscope.testing;

import io.batchscope.data.Batch;
import io.batchscope.train.ParameterTensor;
import io.batchscope.train.Replica;
import io.batchscope.train.WeightPenalty;
import java.util.List;

/**
 * A replica that leaves everything to another: for tests that listen to one, or change one thing about it. It tells of a
 * gradient when all of it is final, so that there is one method to override.
 */
public class ForwardingReplica implements Replica {
    private final Replica replica;

    protected ForwardingReplica(Replica replica) {
        this.replica = replica;
    }

    @Override
    public int parameterCount() {
        return replica.parameterCount();
    }

    @Override
    public void readParameters(float[] into) {
        replica.readParameters(into);
    }

    @Override
    public void writeParameters(float[] values) {
        replica.writeParameters(values);
    }

    @Override
    public void writeParameters(float[] values, int from, int to) {
        replica.writeParameters(values, from, to);
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        return replica.gradient(batch, weight, add, into);
    }

    @Override
    public List<Range> heldParameters() {
        return replica.heldParameters();
    }

    @Override
    public List<ParameterTensor> tensors() {
        return replica.tensors();
    }

    @Override
    public List<WeightPenalty> penalties() {
        return replica.penalties();
    }

    @Override
    public Score score(Batch batch) {
        return replica.score(batch);
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        replica.outputs(batch, into);
    }

    @Override
    public void seed(long seed) {
        replica.seed(seed);
    }

    @Override
    public void close() {
        replica.close();
    }
}
