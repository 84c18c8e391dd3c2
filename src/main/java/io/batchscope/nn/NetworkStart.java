package io.batchscope.nn;

import io.batchscope.train.Parameters;
import io.batchscope.train.StartParameters;
import org.jspecify.annotations.Nullable;

/** The start parameters of a Deeplearning4j network: those it was saved with, or those it draws from the seed. */
record NetworkStart(ModelSource source) implements StartParameters {
    @Override
    public float[] of(long seed) {
        @Nullable Parameters saved = source.start();
        if (saved != null) {
            return saved.values().clone();
        }
        Network network = source.build(seed);
        float[] values = new float[Math.toIntExact(network.parameters().length())];
        FlatArrays.read(network.parameters(), values);
        return values;
    }
}
