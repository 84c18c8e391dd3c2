package io.batchscope.testing;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica;
import java.util.List;
import java.util.function.IntToLongFunction;

/** A replica that says how much native memory it holds by a law of its own, and refuses batches above a limit. */
public final class KnownReplica implements Replica {
    private final Replica inner;
    private final IntToLongFunction law;
    private final int most;
    private final List<Integer> tried;
    private int largest;

    /**
     * @param law bytes with micro-batches of so many examples
     * @param most examples, beyond which there is no memory
     * @param tried gets the size of every gradient
     */
    public KnownReplica(int features, IntToLongFunction law, int most, List<Integer> tried) {
        this.inner = new LinearReplica(features, 0);
        this.law = law;
        this.most = most;
        this.tried = tried;
    }

    @Override
    public int parameterCount() {
        return inner.parameterCount();
    }

    @Override
    public void readParameters(float[] into) {
        inner.readParameters(into);
    }

    @Override
    public void writeParameters(float[] values) {
        inner.writeParameters(values);
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        tried.add(batch.size());
        return inner.gradient(held(batch), weight, add, into);
    }

    @Override
    public Score score(Batch batch) {
        return inner.score(held(batch));
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        inner.outputs(held(batch), into);
    }

    private Batch held(Batch batch) {
        if (batch.size() > most) {
            throw new OutOfMemoryError("no room for " + batch.size() + " examples");
        }
        largest = Math.max(largest, batch.size());
        return batch;
    }

    @Override
    public long nativeBytes() {
        return law.applyAsLong(largest);
    }

    @Override
    public void close() {
        inner.close();
    }
}
