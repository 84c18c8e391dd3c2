package io.batchscope.law;

/**
 * The best learning rate at a batch size B: η(B) = η_max/(1 + B_n/B) (McCandlish et al. 2018, section 2, where η_max is the best
 * rate of a gradient without noise and B_n its noise scale). It grows in proportion to B far below B_n, and stays at η_max far
 * above. As 1/η = 1/η_max + (B_n/η_max)/B it is a {@link Hyperbola} of the reciprocal rate.
 *
 * @param maximumRate η_max, above 0; infinite where none is known, so that B_n is infinite
 * @param ratePerExample η_max/B_n, what each example of a small batch adds to the rate; infinite where none is known, so that B_n
 *     is 0
 */
public record RateLaw(double maximumRate, double ratePerExample) {
    /** The share of what it would be that the best rate loses where linear scaling ends, and lacks where it is saturated. */
    private static final double MARGIN = 0.2;

    static RateLaw of(Hyperbola reciprocal) {
        return new RateLaw(1 / reciprocal.level(), 1 / reciprocal.slope());
    }

    /** The best rate at a batch size. */
    public double rate(double batchSize) {
        return 1 / (1 / maximumRate + 1 / (ratePerExample * batchSize));
    }

    /** B_n = η_max/(η_max/B_n) in examples, at which the best rate is half of η_max. */
    public double noiseBatch() {
        return maximumRate / ratePerExample;
    }

    /**
     * The batch size up to which twice the batch takes nearly twice the rate. There η is 20 % below the line η_max·B/B_n through
     * the best rates of small batches: 1/(1 + B/B_n) = 0.8 at B = B_n/4.
     */
    public double linearScalingEnd() {
        return MARGIN / (1 - MARGIN) * noiseBatch();
    }

    /** The batch size from which the rate stays: 1/(1 + B_n/B) = 0.8, so that η is 20 % below η_max, at B = 4·B_n. */
    public double saturationStart() {
        return (1 - MARGIN) / MARGIN * noiseBatch();
    }
}
