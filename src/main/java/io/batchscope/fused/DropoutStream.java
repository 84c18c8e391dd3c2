package io.batchscope.fused;

import io.batchscope.data.SplitMix;

/** Which numbers dropout keeps: a pure function of seed, operation and place, the same on every machine. */
public final class DropoutStream {
    private DropoutStream() {}

    /**
     * Fills a mask with 1 / {@code retain} with probability {@code retain}, otherwise with 0.
     *
     * @param seed of the micro-batch
     * @param operation number of the operation in its program
     * @param retain the probability, in (0, 1]
     * @param mask as many as the numbers to be masked, example by example
     */
    public static void fill(long seed, int operation, double retain, float[] mask) {
        long state = SplitMix.mix(seed ^ SplitMix.mix(operation + 1L));
        float kept = (float) (1 / retain);
        long limit = (long) (retain * (1L << 32));
        for (int i = 0; i < mask.length; i++) {
            long bits = SplitMix.mix(state + i) >>> 32;
            mask[i] = bits < limit ? kept : 0f;
        }
    }
}
