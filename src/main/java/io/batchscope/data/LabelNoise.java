package io.batchscope.data;

import java.io.Serializable;

/**
 * Wrong labels on purpose: each example keeps its class with probability 1 − share and otherwise gets one of the others,
 * all alike likely (as Zhang et al. 2017, but never the true class). What happens to an example
 * follows from the seed and its number alone, so it is the same in every run, whatever the batch size and the workers; an
 * example that is changed at one share is changed to the same class at every larger one.
 *
 * @param share in [0, 1)
 * @param classes at least 2
 * @param seed that of the data set
 */
public record LabelNoise(double share, int classes, long seed) implements Serializable {
    private static final double UNIT = 0x1.0p-53;
    /** Keeps its stream apart from those that the seed makes examples with. */
    private static final long STREAM = 0x6c6162656c73L;

    public LabelNoise {
        if (!(share >= 0 && share < 1) || classes < 2) {
            throw new IllegalArgumentException(
                    "label noise needs a share in [0, 1) and at least 2 classes, but has " + share + " and " + classes);
        }
    }

    /**
     * The class that an example is trained with.
     *
     * @param number of the example in the training split
     * @param trueClass 0 … classes − 1
     */
    public int classOf(long number, int trueClass) {
        SplitMix random = new SplitMix(SplitMix.mix(SplitMix.mix(seed + STREAM) + number));
        if ((random.next() >>> 11) * UNIT >= share) {
            return trueClass;
        }
        int other = (int) random.below(classes - 1L);
        return other < trueClass ? other : other + 1;
    }
}
