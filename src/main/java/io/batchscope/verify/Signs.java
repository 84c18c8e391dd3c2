package io.batchscope.verify;

import io.batchscope.data.Examples;
import io.batchscope.data.SplitMix;

/**
 * Examples whose features are 1 or −1, each independently with probability ½: mean 0 and variance 1, at a 64th of a random
 * number each. What depends on first and second moments alone is the same as of normal numbers.
 */
final class Signs implements Examples {
    private final int size;
    private final int featureCount;
    private final float[] features;

    /** The same signs for the same seed. */
    Signs(int size, int featureCount, long seed) {
        this.size = size;
        this.featureCount = featureCount;
        this.features = new float[Math.multiplyExact(size, featureCount)];
        SplitMix random = new SplitMix(SplitMix.mix(seed));
        for (int i = 0; i < features.length; i += Long.SIZE) {
            long bits = random.next();
            int end = Math.min(features.length, i + Long.SIZE);
            for (int j = i; j < end; j++) {
                features[j] = 1 - 2 * (bits & 1);
                bits >>>= 1;
            }
        }
    }

    @Override
    public int size() {
        return size;
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
        return 0;
    }
}
