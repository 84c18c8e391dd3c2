package io.batchscope.verify;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica;
import java.util.function.IntToDoubleFunction;

/**
 * A network that never learns: it puts out its features as they are, and all examples have the same loss. Its one parameter is
 * 0.
 */
final class EchoReplica implements Replica {
    private final IntToDoubleFunction losses;
    private double loss;

    /** @param losses of every example, by how many examples the last gradient was of; 0 before the first */
    EchoReplica(IntToDoubleFunction losses) {
        this.losses = losses;
        this.loss = losses.applyAsDouble(0);
    }

    @Override
    public int parameterCount() {
        return 1;
    }

    @Override
    public void readParameters(float[] into) {
        into[0] = 0;
    }

    @Override
    public void writeParameters(float[] values) {
        if (values[0] != 0) {
            throw new IllegalStateException("a network without a gradient was changed to " + values[0]);
        }
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        into[0] = add ? into[0] : 0;
        loss = losses.applyAsDouble(batch.size());
        return batch.size() * loss;
    }

    @Override
    public Score score(Batch batch) {
        return new Score(batch.size(), batch.size() * loss, 0);
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        System.arraycopy(batch.features(), 0, into, 0, batch.size() * batch.featureCount());
    }

    @Override
    public void close() {}
}
