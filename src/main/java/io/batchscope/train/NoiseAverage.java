package io.batchscope.train;

import io.batchscope.scaling.AdaScaleGain;
import org.jspecify.annotations.Nullable;

/**
 * Estimates of the gradient's noise tr Σ and signal |G|², averaged over updates, each by itself: the mean of ratios would be
 * biased (McCandlish et al. 2018, appendix A.1). The weight of the latest estimate is at first 1/t, so that the average
 * of few is their mean, and no less than a least one, so that old ones fade.
 */
final class NoiseAverage {
    /** Numbers of {@link #state}. */
    static final int NUMBERS = 3;

    private final double leastWeight;
    private final double leastNoise;
    private double count;
    private double noise;
    private double signal;

    /**
     * @param leastWeight of the latest estimate, in (0, 1]
     * @param leastNoise each estimate of the noise counts as at least this, at least 0; each of the signal as at least 0
     *     if this is above 0
     */
    NoiseAverage(double leastWeight, double leastNoise) {
        this.leastWeight = leastWeight;
        this.leastNoise = leastNoise;
    }

    void add(NoiseSample squares) {
        count++;
        double weight = Math.max(1 / count, leastWeight);
        double newNoise = leastNoise > 0 ? Math.max(leastNoise, squares.noise()) : squares.noise();
        double newSignal = leastNoise > 0 ? Math.max(0, squares.signal()) : squares.signal();
        noise += weight * (newNoise - noise);
        signal += weight * (newSignal - signal);
    }

    /** The simple noise scale tr Σ / |G|² in examples; null where the signal is not above 0, or nothing was measured yet. */
    @Nullable
    Double noiseScale() {
        double scale = noise / signal;
        return count > 0 && noise >= 0 && signal > 0 && Double.isFinite(scale) ? (Double) scale : null;
    }

    /** Whether there is so much noise that no signal can be told from it: the noise scale is beyond all that was measured. */
    boolean isAllNoise() {
        return count > 0 && noise > 0 && signal <= 0;
    }

    /** tr Σ, averaged. */
    double noise() {
        return noise;
    }

    /** |G|², averaged. */
    double signal() {
        return signal;
    }

    /** Whether both can be told. */
    boolean isPositive() {
        return count > 0 && noise >= 0 && signal > 0;
    }

    /**
     * The cosine of the gradient of {@code examples} to that of all {@code population} examples, √(|G|² / E‖ḡ‖²), as E(ḡ·G) =
     * |G|²; null if it cannot be told.
     */
    @Nullable
    Double cosine(long examples, long population) {
        return isPositive()
                ? (Double) Math.sqrt(signal / (signal + noise * (1.0 / examples - 1.0 / population)))
                : null;
    }

    /**
     * AdaScale's gain; 1 before the first estimate.
     *
     * @param baseBatch B₀, in examples
     * @param scale S, batch size over B₀
     */
    double gain(double baseBatch, double scale) {
        return count == 0 ? 1 : AdaScaleGain.of(noise / baseBatch, signal, scale);
    }

    double[] state() {
        return new double[] {count, noise, signal};
    }

    void restore(double[] from, int at) {
        count = from[at];
        noise = from[at + 1];
        signal = from[at + 2];
    }
}
