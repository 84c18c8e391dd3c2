package io.batchscope.verify;

import io.batchscope.data.Examples;
import io.batchscope.data.Gaussian;
import io.batchscope.data.SplitMix;
import java.util.function.ToDoubleBiFunction;

/** Examples whose features are independent standard normal numbers, drawn by {@link Gaussian} from the mixed seed. */
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
        Gaussian random = new Gaussian(new SplitMix(SplitMix.mix(seed)));
        float[] one = new float[featureCount];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < featureCount; j++) {
                one[j] = (float) random.next();
            }
            System.arraycopy(one, 0, features, i * featureCount, featureCount);
            targets[i] = (float) target.applyAsDouble(one, random.next());
        }
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
