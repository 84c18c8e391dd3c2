package io.batchscope.result;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Columns of {@code steps} that are measured only now and then, as each costs time. Null where not measured.
 *
 * @param gradientPartExamples mean size of the parts whose gradients' squared norms have the mean {@code gradientNormSqSmall}
 * @param gradientNoise an unbiased estimate of tr Σ, the trace of the covariance of one example's gradient, from this update
 * @param gradientSignal an unbiased estimate of |G|², the squared norm of the gradient of all training examples, from this
 *     update; below 0 at times
 * @param gradientCosine √(|G|² / (|G|² + tr Σ · (1/B − 1/N))) of both averaged over updates: the cosine of a batch's
 *     gradient to the gradient of all training examples, in 0 … 1
 * @param adascaleGain (tr Σ/B₀ + |G|²) / (tr Σ/B + |G|²) of both averaged over updates: the updates with the base batch B₀ that
 *     one is worth (Johnson et al. 2020, equation 3); between 1 and B/B₀
 * @param updateNorm ‖w after − w before‖₂ of the update's parameters
 * @param weightDistance ‖w − w₀‖₂ after the update, w₀ the parameters that the run began with
 */
public record StepMeasures(
        @Nullable Double gradientPartExamples,
        @Nullable Double gradientNoise,
        @Nullable Double gradientSignal,
        @Nullable Double gradientCosine,
        @Nullable Double adascaleGain,
        @Nullable Double updateNorm,
        @Nullable Double weightDistance)
        implements Serializable {
    /** Nothing measured. */
    public static final StepMeasures NONE = new StepMeasures(null, null, null, null, null, null, null);
}
