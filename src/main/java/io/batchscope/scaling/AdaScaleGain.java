package io.batchscope.scaling;

/** The gain of AdaScale SGD (Johnson et al. 2020). */
public final class AdaScaleGain {
    private AdaScaleGain() {}

    /**
     * r = (σ² + μ²) / (σ²/S + μ²) (Johnson et al. 2020, section 3): how many updates with the base batch B₀ an update with
     * S·B₀ is worth. Between 1, where the gradient has no noise, and S, where it is nothing else. S below 1 is a batch
     * smaller than the base batch, and the gain then lies between S and 1.
     *
     * @param variance σ², the trace of the covariance of the mean gradient of B₀ examples, at least 0
     * @param squaredMean μ², the squared norm of its expectation, at least 0; not both 0
     * @param scale S = B/B₀, above 0
     */
    public static double of(double variance, double squaredMean, double scale) {
        return (variance + squaredMean) / (variance / scale + squaredMean);
    }
}
