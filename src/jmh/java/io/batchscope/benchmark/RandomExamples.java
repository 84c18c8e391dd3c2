package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Made-up images: standard normal features, classes at random. The time of a step does not depend on them. */
final class RandomExamples implements Examples {
    /** A step takes them in turn, so that a small batch does not stay in the caches for free. */
    private static final int BATCHES = 4;

    private final float[][] features;
    private final int[] classes;

    /** @param features {@code [examples][featureCount]} */
    private RandomExamples(float[][] features, int[] classes) {
        this.features = features;
        this.classes = classes;
    }

    /** As many full batches as a step takes in turn, the same for every contender. */
    static List<Batch> batches(Workload workload, int size) {
        Random random = new Random(1);
        return IntStream.range(0, BATCHES)
                .mapToObj(i -> {
                    Batch batch = new Batch(size, workload.featureCount());
                    batch.fill(of(random, size, workload.featureCount()), 0, size);
                    return batch;
                })
                .toList();
    }

    private static RandomExamples of(Random random, int size, int featureCount) {
        float[][] features = new float[size][featureCount];
        for (float[] row : features) {
            for (int i = 0; i < featureCount; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return new RandomExamples(
                features, random.ints(size, 0, Workload.CLASSES).toArray());
    }

    @Override
    public int size() {
        return classes.length;
    }

    @Override
    public int featureCount() {
        return features[0].length;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        System.arraycopy(features[index], 0, into, offset, featureCount());
    }

    @Override
    public int classOf(int index) {
        return classes[index];
    }

    @Override
    public float targetOf(int index) {
        return 0;
    }
}
