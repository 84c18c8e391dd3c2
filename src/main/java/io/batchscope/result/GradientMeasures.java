package io.batchscope.result;

import org.jspecify.annotations.Nullable;

/**
 * Columns of {@code runs}: what a run's gradients and its way through parameter space were like. Null where not measured.
 *
 * @param gradientNoise mean of the estimates of tr Σ in the last half of the measured updates
 * @param gradientSignal mean of those of |G|²; below 0 at times
 * @param noiseScaleLow lower end of the noise scale's 95 % interval
 * @param noiseScaleHigh upper end; null also where the data allow any size
 * @param noiseScaleDetail why there is no noise scale, or no interval; empty where there is
 * @param gradientCosine cosine of a batch's gradient to that of all training examples, over the same updates
 * @param adascaleGain mean of AdaScale's gain over the run's rows: of the one that its rates were multiplied by, with any other
 *     scaling of the one that was measured
 * @param weightDistance ‖w − w₀‖₂ at the end
 * @param weightDistanceLogSlope b of the least-squares line a + b · ln t through the distance after t updates (Hoffer et al.
 *     2017, section 4)
 * @param weightDistanceLogRSquared share of the distance's variance that the line explains, at most 1
 */
public record GradientMeasures(
        @Nullable Double gradientNoise,
        @Nullable Double gradientSignal,
        @Nullable Double noiseScaleLow,
        @Nullable Double noiseScaleHigh,
        @Nullable String noiseScaleDetail,
        @Nullable Double gradientCosine,
        @Nullable Double adascaleGain,
        @Nullable Double weightDistance,
        @Nullable Double weightDistanceLogSlope,
        @Nullable Double weightDistanceLogRSquared) {
    /** Nothing measured. */
    public static final GradientMeasures NONE =
            new GradientMeasures(null, null, null, null, null, null, null, null, null, null);
}
