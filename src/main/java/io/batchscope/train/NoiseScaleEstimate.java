package io.batchscope.train;

import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import java.util.List;
import java.util.Objects;
import org.apache.commons.math3.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * The simple noise scale tr Σ / |G|² of a run's late gradients (McCandlish et al. 2018, equation 2.9): over the last half of
 * the measured updates, the mean of the estimates of tr Σ over the mean of those of |G|². A mean of their ratios would be
 * biased (appendix A.1).
 *
 * <p>Its interval is that of a ratio of means of pairs (Fieller 1954). Where the mean of |G|² cannot be told from 0
 * at 95 %, it has no upper end; it may have no lower one either.
 *
 * @param noise mean of the estimates of tr Σ; null without one
 * @param signal mean of those of |G|²; null without one
 * @param value in examples; null if it cannot be told
 * @param low lower end of the 95 % interval; null without one
 * @param high upper end; null without one
 * @param cosine of a batch's gradient to that of all training examples, by the same means; null if it cannot be told
 * @param detail why something is missing; empty if nothing is
 */
public record NoiseScaleEstimate(
        @Nullable Double noise,
        @Nullable Double signal,
        @Nullable Double value,
        @Nullable Double low,
        @Nullable Double high,
        @Nullable Double cosine,
        String detail) {
    private static final double UPPER_QUANTILE = 0.975;

    static NoiseScaleEstimate none(String reason) {
        return new NoiseScaleEstimate(null, null, null, null, null, null, reason);
    }

    /**
     * From a run's rows.
     *
     * @param population N, the training examples
     * @param reason why there are no measurements, in case there are none
     */
    public static NoiseScaleEstimate of(List<StepRecord> rows, long population, String reason) {
        List<StepRecord> measured = rows.stream()
                .filter(row -> row.measures().gradientNoise() != null)
                .toList();
        List<StepRecord> late = measured.subList(measured.size() / 2, measured.size());
        if (late.isEmpty()) {
            return none(reason);
        }
        int count = late.size();
        double[] noise = new double[count];
        double[] signal = new double[count];
        double missing = 0;
        for (int i = 0; i < count; i++) {
            StepMeasures measures = late.get(i).measures();
            noise[i] = Objects.requireNonNull(measures.gradientNoise());
            signal[i] = Objects.requireNonNull(measures.gradientSignal());
            Long size = late.get(i).updateExamples();
            missing += 1.0 / (size == null ? late.get(i).batchSize() : size) - 1.0 / population;
        }
        return of(noise, signal, missing / count);
    }

    /**
     * From pairs of independent estimates.
     *
     * @param noise of tr Σ
     * @param signal of |G|², as many
     * @param missing mean of 1/B − 1/N over the updates
     */
    public static NoiseScaleEstimate of(double[] noise, double[] signal, double missing) {
        int count = noise.length;
        Moments moments = Moments.of(noise, signal);
        String measured = count + (count == 1 ? " measurement" : " measurements");
        if (moments.noise <= 0) {
            return without(moments, "no noise in " + measured);
        }
        if (moments.signal <= 0) {
            return without(
                    moments,
                    "all noise: in " + measured + " the signal is too small to be told, so the noise scale is large");
        }
        if (count == 1) {
            return with(moments, missing, null, null, "one measurement has no interval");
        }
        double t = new TDistribution(null, count - 1.0).inverseCumulativeProbability(UPPER_QUANTILE);
        // The values r at which noise − r · signal has a mean that may be 0 are those where this quadratic in r is not
        // above 0.
        double a = moments.signal * moments.signal - t * t * moments.signalVariance;
        double b = moments.noise * moments.signal - t * t * moments.covariance;
        double c = moments.noise * moments.noise - t * t * moments.noiseVariance;
        double root = b * b - a * c;
        if (a > 0) {
            double half = Math.sqrt(Math.max(0, root));
            return with(moments, missing, Math.max(0, (b - half) / a), (b + half) / a, "");
        }
        // Otherwise they are all but those between two values, or all.
        Double low = root > 0 && c > 0 ? (Double) ((b - Math.sqrt(root)) / a) : null;
        return with(
                moments,
                missing,
                low != null && low > 0 ? low : null,
                null,
                "in " + measured + " the signal cannot be told from 0, so any larger noise scale fits too");
    }

    private static NoiseScaleEstimate without(Moments moments, String reason) {
        return new NoiseScaleEstimate(moments.noise, moments.signal, null, null, null, null, reason);
    }

    private static NoiseScaleEstimate with(
            Moments moments, double missing, @Nullable Double low, @Nullable Double high, String detail) {
        double cosine = Math.sqrt(moments.signal / (moments.signal + moments.noise * missing));
        return new NoiseScaleEstimate(
                moments.noise, moments.signal, moments.noise / moments.signal, low, high, cosine, detail);
    }

    /** Means of the two, and variances and covariance of these means. */
    private record Moments(
            double noise, double signal, double noiseVariance, double signalVariance, double covariance) {
        static Moments of(double[] noise, double[] signal) {
            int count = noise.length;
            double meanNoise = 0;
            double meanSignal = 0;
            for (int i = 0; i < count; i++) {
                meanNoise += noise[i] / count;
                meanSignal += signal[i] / count;
            }
            double squaresNoise = 0;
            double squaresSignal = 0;
            double products = 0;
            for (int i = 0; i < count; i++) {
                double x = noise[i] - meanNoise;
                double y = signal[i] - meanSignal;
                squaresNoise += x * x;
                squaresSignal += y * y;
                products += x * y;
            }
            double divisor = Math.max(1.0, count - 1.0) * count;
            return new Moments(
                    meanNoise, meanSignal, squaresNoise / divisor, squaresSignal / divisor, products / divisor);
        }
    }
}
