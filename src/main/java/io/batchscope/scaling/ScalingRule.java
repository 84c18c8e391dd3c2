package io.batchscope.scaling;

/** How the learning rate follows the batch size, from a base rate at a base batch. */
public enum ScalingRule {
    /** The base rate at every batch size. */
    NONE,
    /** η = η₀ · B/B₀ (Goyal et al. 2017, section 2.1). */
    LINEAR,
    /** η = η₀ · √(B/B₀) (Krizhevsky 2014; Hoffer et al. 2017, equation 7; with Adam: Malladi et al. 2022). */
    SQRT,
    /** The base rate times the gain that is measured during training, between 1 and B/B₀; see {@link AdaScaleGain}. */
    ADASCALE;

    /**
     * The rate for batch size {@code batch}; with {@link #ADASCALE} what the gain multiplies.
     *
     * @param baseRate η₀, the rate that suits {@code baseBatch}
     */
    public double scale(double baseRate, long baseBatch, long batch) {
        return baseRate * factor((double) batch / baseBatch);
    }

    /**
     * What the rate is multiplied by.
     *
     * @param ratio κ = B/B₀, above 0
     */
    public double factor(double ratio) {
        return switch (this) {
            case NONE, ADASCALE -> 1;
            case LINEAR -> ratio;
            case SQRT -> Math.sqrt(ratio);
        };
    }
}
