package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Made-up images: standard normal features, classes at random. The time of a step does not depend on them, so larger sets
 * repeat the same images.
 */
final class RandomExamples implements Examples {
    /** A step takes them in turn, so that a small batch does not stay in the caches for free. */
    private static final int BATCHES = 4;

    /** As many numbers in all batches together, 1 GiB; of larger batches there are fewer. */
    private static final long MOST_NUMBERS = 1L << 28;

    private static final int DIFFERENT_IMAGES = 4096;

    private final int size;
    private final float[][] features;
    private final int[] classes;

    /** @param features {@code [at most size][featureCount]} */
    private RandomExamples(int size, float[][] features, int[] classes) {
        this.size = size;
        this.features = features;
        this.classes = classes;
    }

    /** As many full batches as a step takes in turn, the same for every contender. */
    static List<Batch> batches(TimedNetwork network, int size) {
        Random random = new Random(1);
        return IntStream.range(0, count(network, size))
                .mapToObj(i -> batch(random, size, network.featureCount()))
                .toList();
    }

    private static int count(TimedNetwork network, int size) {
        long fitting = MOST_NUMBERS / ((long) size * network.featureCount());
        return (int) Math.max(1, Math.min(BATCHES, fitting));
    }

    /** As many examples as these batches have together. */
    static Examples examples(TimedNetwork network, int size) {
        return of(new Random(1), count(network, size) * size, network.featureCount());
    }

    /** One of them. */
    static Batch batch(TimedNetwork network, int size) {
        return batch(new Random(1), size, network.featureCount());
    }

    private static Batch batch(Random random, int size, int featureCount) {
        Batch batch = new Batch(size, featureCount);
        batch.fill(of(random, size, featureCount), 0, size);
        return batch;
    }

    private static RandomExamples of(Random random, int size, int featureCount) {
        float[][] features = new float[Math.min(size, DIFFERENT_IMAGES)][featureCount];
        for (float[] row : features) {
            for (int i = 0; i < featureCount; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return new RandomExamples(
                size, features, random.ints(size, 0, Workload.CLASSES).toArray());
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int featureCount() {
        return features[0].length;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        System.arraycopy(features[index % features.length], 0, into, offset, featureCount());
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
