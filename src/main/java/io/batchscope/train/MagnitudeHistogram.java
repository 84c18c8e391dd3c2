package io.batchscope.train;

import io.batchscope.train.Replica.Range;

/**
 * How many elements of a gradient, over all ranks, have which magnitude. Bins are the exponents of floats cut into eight, so
 * that one bin's bounds are apart by a factor of at most 9/8.
 */
final class MagnitudeHistogram {
    /** Bits of a float below its exponent and the three highest of its fraction. */
    private static final int SHIFT = 20;

    private static final int BINS = 1 << (31 - SHIFT);

    /** Bins of numbers; beyond are the infinite ones and those that are none. */
    private static final int FINITE_BINS = Float.floatToRawIntBits(Float.POSITIVE_INFINITY) >>> SHIFT;

    private final double[] counts = new double[BINS];

    /** That of this rank's elements alone. */
    MagnitudeHistogram(GradientParts parts, float[] gradient) {
        int[] found = new int[BINS];
        for (Range range : parts.free()) {
            for (int i = range.from(); i < range.to(); i++) {
                found[(Float.floatToRawIntBits(gradient[i]) & Integer.MAX_VALUE) >>> SHIFT]++;
            }
        }
        for (int bin = 0; bin < BINS; bin++) {
            counts[bin] = found[bin];
        }
    }

    /** Adds those of all other ranks. All call it. */
    void sum(Collective collective) {
        collective.allReduceSum(counts, 0, BINS);
    }

    /**
     * The threshold next to a given one with which the share of elements below is within bounds.
     *
     * @param wanted is kept if it is right, and if all elements are 0 or some are not finite
     * @param least if two bounds cannot be met, this one is
     */
    double threshold(double wanted, double least, double most) {
        double all = 0;
        for (double count : counts) {
            all += count;
        }
        double lowest = 0;
        double highest = 0;
        double below = counts[0];
        for (int bin = 1; bin < FINITE_BINS; bin++) {
            double bound = Float.intBitsToFloat(bin << SHIFT);
            double sparsity = below / all;
            if (sparsity >= least && lowest == 0) {
                lowest = bound;
            }
            if (sparsity <= most) {
                highest = bound;
            }
            below += counts[bin];
        }
        // The last bin's elements are below infinity, so this leaves out what is not finite.
        boolean finite = below == all;
        boolean nothing = all == counts[0];
        return nothing || !finite ? wanted : Math.max(lowest, Math.min(wanted, highest));
    }
}
