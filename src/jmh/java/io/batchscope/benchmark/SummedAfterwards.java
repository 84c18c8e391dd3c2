package io.batchscope.benchmark;

import io.batchscope.train.Collective;
import java.util.ArrayList;
import java.util.List;

/** Begins every sum only when the results are waited for: what a training without overlap would do. */
final class SummedAfterwards implements Collective {
    private final Collective collective;
    private final List<Runnable> begun = new ArrayList<>();

    SummedAfterwards(Collective collective) {
        this.collective = collective;
    }

    @Override
    public int rank() {
        return collective.rank();
    }

    @Override
    public int size() {
        return collective.size();
    }

    @Override
    public void allReduceSum(float[] values, int from, int to) {
        collective.allReduceSum(values, from, to);
    }

    @Override
    public void allReduceSum(double[] values, int from, int to) {
        collective.allReduceSum(values, from, to);
    }

    @Override
    public void allGather(int[] values, int[] starts) {
        collective.allGather(values, starts);
    }

    @Override
    public long sentBytes() {
        return collective.sentBytes();
    }

    @Override
    public void begin(float[] values, int from, int to) {
        begun.add(() -> collective.begin(values, from, to));
    }

    @Override
    public void finish() {
        begun.forEach(Runnable::run);
        begun.clear();
        collective.finish();
    }

    @Override
    public void close() {
        collective.close();
    }
}
