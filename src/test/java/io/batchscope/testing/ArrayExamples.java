package io.batchscope.testing;

import io.batchscope.data.Examples;
import io.batchscope.data.SplitMix;
import java.util.List;
import java.util.stream.IntStream;

/** Examples that stand in lists. */
public record ArrayExamples(List<float[]> features, List<Float> targets) implements Examples {
    /** No examples. */
    public static final ArrayExamples NONE = new ArrayExamples(List.of(), List.of());

    /** Regression on random features in −1 … 1 with targets w·x, w = (1, −2, 3, …). */
    public static ArrayExamples linear(int examples, int features, long seed) {
        SplitMix random = new SplitMix(seed);
        List<float[]> rows = IntStream.range(0, examples)
                .mapToObj(row -> {
                    float[] x = new float[features];
                    for (int i = 0; i < features; i++) {
                        x[i] = random.below(2001) / 1000f - 1;
                    }
                    return x;
                })
                .toList();
        return new ArrayExamples(rows, rows.stream().map(ArrayExamples::target).toList());
    }

    private static float target(float[] x) {
        float sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (i % 2 == 0 ? i + 1 : -i - 1) * x[i];
        }
        return sum;
    }

    @Override
    public int size() {
        return features.size();
    }

    @Override
    public int featureCount() {
        return features.isEmpty() ? 1 : features.get(0).length;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        System.arraycopy(features.get(index), 0, into, offset, featureCount());
    }

    @Override
    public int classOf(int index) {
        return 0;
    }

    @Override
    public float targetOf(int index) {
        return targets.get(index);
    }
}
