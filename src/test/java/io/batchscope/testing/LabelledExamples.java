package io.batchscope.testing;

import io.batchscope.data.Examples;
import java.util.List;

/**
 * Examples with a class each that stand in lists.
 *
 * @param given classes that they are trained with
 * @param real classes that they have
 */
public record LabelledExamples(List<float[]> features, List<Integer> given, List<Integer> real) implements Examples {
    /** All with the class that they have. */
    public LabelledExamples(List<float[]> features, List<Integer> classes) {
        this(features, classes, classes);
    }

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
        return given.get(index);
    }

    @Override
    public int trueClassOf(int index) {
        return real.get(index);
    }

    @Override
    public float targetOf(int index) {
        return 0;
    }
}
