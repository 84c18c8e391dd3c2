package io.batchscope.train;

import org.jspecify.annotations.Nullable;

/**
 * What the differences of gradients of disjoint parts of a batch tell of its noise, beside the norm of the whole.
 *
 * @param noise mean of the estimates by pairs of parts, see {@link PartDifferences}
 * @param small mean of ‖g‖² over one part of each pair
 * @param partExamples mean size of these parts
 * @param big ‖ḡ‖² of the whole batch
 * @param examples B, of the whole batch
 * @param population N, the training examples
 */
record PartDifference(double noise, double small, double partExamples, double big, long examples, long population)
        implements NoiseSample {
    @Override
    public double signal() {
        return NoiseSample.signal(big, noise, examples, population);
    }

    /** From sums over pairs; null without one, or if a norm is not finite. */
    static @Nullable PartDifference of(
            int pairs, double noiseSum, double smallSum, double partSum, double big, long examples, long population) {
        boolean finite = Double.isFinite(noiseSum) && Double.isFinite(smallSum) && Double.isFinite(big);
        return finite && pairs > 0
                ? new PartDifference(noiseSum / pairs, smallSum / pairs, partSum / pairs, big, examples, population)
                : null;
    }
}
