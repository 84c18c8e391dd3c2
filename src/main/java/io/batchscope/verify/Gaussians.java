package io.batchscope.verify;

import io.batchscope.data.Examples;
import io.batchscope.data.SplitMix;
import java.util.function.ToDoubleBiFunction;

/** Examples whose features are independent standard normal numbers. */
final class Gaussians implements Examples {
    private final int featureCount;
    private final float[] features;
    private final float[] targets;

    /**
     * The same numbers for the same seed.
     *
     * @param target of an example, from its features and one more standard normal number
     */
    Gaussians(int size, int featureCount, long seed, ToDoubleBiFunction<float[], Double> target) {
        this.featureCount = featureCount;
        this.features = new float[Math.multiplyExact(size, featureCount)];
        this.targets = new float[size];
        SplitMix random = new SplitMix(SplitMix.mix(seed));
        float[] one = new float[featureCount];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < featureCount; j++) {
                one[j] = (float) next(random);
            }
            System.arraycopy(one, 0, features, i * featureCount, featureCount);
            targets[i] = (float) target.applyAsDouble(one, next(random));
        }
    }

    /** By two uniform numbers (Box and Muller 1958). */
    static double next(SplitMix random) {
        double first = ((random.next() >>> 11) + 1) * 0x1p-53;
        double second = (random.next() >>> 11) * 0x1p-53;
        return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
    }

    @Override
    public int size() {
        return targets.length;
    }

    @Override
    public int featureCount() {
        return featureCount;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        System.arraycopy(features, index * featureCount, into, offset, featureCount);
    }

    @Override
    public int classOf(int index) {
        return 0;
    }

    @Override
    public float targetOf(int index) {
        return targets[index];
    }
}
