package io.batchscope.scaling;

/** How weight decay λ follows the batch size; κ = B/B₀. */
public enum DecayScaling {
    /** The same at every batch size. */
    NONE,
    /** λ → κ·λ (Bergsma et al. 2025: the best λ grows with B where the rate stays). */
    LINEAR,
    /** λ → √κ·λ. */
    SQRT,
    /**
     * λ → λ·κ·η₀/η, which keeps the timescale B/(η·λ·N), the epochs over which weights are forgotten, for any rule of the
     * rate η (Wang and Aitchison 2024; Bergsma et al. 2025).
     */
    TIMESCALE;

    /**
     * λ for another batch size.
     *
     * @param base what suits the base batch, at least 0
     * @param ratio κ, above 0
     * @param rateRatio η/η₀: what the rate was multiplied by for whatever reason (rule, cap, search), above 0
     */
    public double scale(double base, double ratio, double rateRatio) {
        return base
                * switch (this) {
                    case NONE -> 1;
                    case LINEAR -> ratio;
                    case SQRT -> Math.sqrt(ratio);
                    case TIMESCALE -> ratio / rateRatio;
                };
    }
}
