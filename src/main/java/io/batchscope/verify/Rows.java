package io.batchscope.verify;

import io.batchscope.data.Examples;
import java.util.List;

/**
 * Examples one by one.
 *
 * @param features of each, all as many
 * @param classes of each
 */
record Rows(List<float[]> features, List<Integer> classes) implements Examples {
    @Override
    public int size() {
        return features.size();
    }

    @Override
    public int featureCount() {
        return features.get(0).length;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        System.arraycopy(features.get(index), 0, into, offset, featureCount());
    }

    @Override
    public int classOf(int index) {
        return classes.get(index);
    }

    @Override
    public float targetOf(int index) {
        return 0;
    }
}
