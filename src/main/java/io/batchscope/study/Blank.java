package io.batchscope.study;

import io.batchscope.data.Examples;
import java.util.Arrays;

/** Examples without content: neither time nor memory of a gradient depends on the values. */
record Blank(int featureCount) implements Examples {
    @Override
    public int size() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        Arrays.fill(into, offset, offset + featureCount, 0.5f);
    }

    @Override
    public int classOf(int index) {
        return 0;
    }

    @Override
    public float targetOf(int index) {
        return 0;
    }
}
