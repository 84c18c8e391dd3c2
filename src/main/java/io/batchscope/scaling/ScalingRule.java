package io.batchscope.scaling;

/** How the learning rate follows the batch size, from a base rate at a base batch. */
public enum ScalingRule {
    /** The base rate at every batch size. */
    NONE,
    /** η = η₀ · B/B₀ (Goyal et al. 2017, section 2.1). */
    LINEAR,
    /** η = η₀ · √(B/B₀) (Krizhevsky 2014; Hoffer et al. 2017, equation 7). */
    SQRT;

    /**
     * The rate for batch size {@code batch}.
     *
     * @param baseRate η₀, the rate that suits {@code baseBatch}
     */
    public double scale(double baseRate, long baseBatch, long batch) {
        double ratio = (double) batch / baseBatch;
        return switch (this) {
            case NONE -> baseRate;
            case LINEAR -> baseRate * ratio;
            case SQRT -> baseRate * Math.sqrt(ratio);
        };
    }
}
