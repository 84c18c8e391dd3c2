package io.batchscope.collective;

import io.batchscope.train.Collective;
import java.util.Objects;

/** The collective of a run with one worker: over one rank a sum is the vector itself. */
public final class SingleCollective implements Collective {
    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public void allReduceSum(float[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
    }

    @Override
    public void allReduceSum(double[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
    }

    @Override
    public void allGather(int[] values, int[] starts) {
        Chunks.checkStarts(starts, 1, values.length);
    }

    @Override
    public long sentBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
