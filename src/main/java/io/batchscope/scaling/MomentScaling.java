package io.batchscope.scaling;

/** How Adam's decay rates and ε follow the batch size; κ = B/B₀. */
public enum MomentScaling {
    /** The same at every batch size. */
    NONE,
    /**
     * βᵢ → 1 − κ·(1 − βᵢ) and ε → ε/√κ, which with the rate η → √κ·η keeps the stochastic differential equation that Adam
     * follows (Malladi et al. 2022, square root scaling rule for Adam).
     */
    SDE,
    /** β₂ → β₂^κ, which keeps the half-life of the second moment in examples (Marek et al. 2025); β₁ and ε stay. */
    HALF_LIFE;

    /** Adam's constants. */
    public record Moments(double beta1, double beta2, double epsilon) {}

    /**
     * Those for another batch size.
     *
     * @param base what suits the base batch
     * @param ratio κ, above 0
     * @return decays that may be below 0, which means that the rule does not reach so far
     */
    public Moments scale(Moments base, double ratio) {
        return switch (this) {
            case NONE -> base;
            case SDE ->
                new Moments(
                        1 - ratio * (1 - base.beta1()),
                        1 - ratio * (1 - base.beta2()),
                        base.epsilon() / Math.sqrt(ratio));
            case HALF_LIFE -> new Moments(base.beta1(), Math.pow(base.beta2(), ratio), base.epsilon());
        };
    }
}
