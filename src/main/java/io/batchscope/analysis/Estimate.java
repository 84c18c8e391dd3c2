package io.batchscope.analysis;

import java.util.List;
import java.util.Objects;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.jspecify.annotations.Nullable;

/**
 * The mean of repeated measurements and its Student-t interval, mean ± t(0.975, n − 1) · s / √n.
 *
 * @param count n, the measurements, at least 1
 * @param standardDeviation s, with n − 1 in the denominator; null for one measurement
 * @param low lower end of the 95 % interval; null for one measurement
 * @param high upper end of it; null for one measurement
 */
public record Estimate(
        int count, double mean, @Nullable Double standardDeviation, @Nullable Double low, @Nullable Double high) {
    private static final double UPPER_QUANTILE = 0.975;
    private static final double ROUNDING = 1e-9;

    /** The estimate from those values that are there and finite; null if none is. */
    public static @Nullable Estimate of(List<@Nullable Double> values) {
        SummaryStatistics statistics = new SummaryStatistics();
        values.stream().filter(Objects::nonNull).filter(Double::isFinite).forEach(statistics::addValue);
        int count = Math.toIntExact(statistics.getN());
        if (count == 0) {
            return null;
        }
        double mean = statistics.getMean();
        if (count == 1) {
            return new Estimate(1, mean, null, null, null);
        }
        double deviation = statistics.getStandardDeviation();
        double half = new TDistribution(null, count - 1.0).inverseCumulativeProbability(UPPER_QUANTILE)
                * deviation
                / Math.sqrt(count);
        return new Estimate(count, mean, deviation, mean - half, mean + half);
    }

    /**
     * Of differences. Where all are the same but for rounding and not 0, without interval: a coarse measure has that by chance,
     * and an interval without width would call it certain.
     */
    Estimate unlessCoarse() {
        return standardDeviation == null || mean == 0 || standardDeviation > ROUNDING * Math.abs(mean)
                ? this
                : new Estimate(count, mean, standardDeviation, null, null);
    }

    static <T> @Nullable Estimate over(List<T> rows, Function<T, @Nullable Double> column) {
        return of(rows.stream().<@Nullable Double>map(column).toList());
    }

    /** {@code 88.00 % (95 % interval 87.10 % to 88.90 %, 3 runs)}, with numbers as {@code text} gives them. */
    String words(DoubleFunction<String> text) {
        return low == null || high == null
                ? text.apply(mean) + " (one seed)"
                : text.apply(mean) + " (95 % interval " + text.apply(low) + " to " + text.apply(high) + ", "
                        + NumberText.counted(count, "run") + ")";
    }

    /** Half the width of the 95 % interval; null for one measurement. */
    public @Nullable Double halfWidth() {
        return high == null ? null : (Double) (high - mean);
    }

    /**
     * Half the width of the 95 % interval of this mean minus {@code other}'s, for unequal variances (Welch 1947); null
     * unless both have at least two measurements.
     */
    @Nullable
    Double halfWidthOfDifference(Estimate other) {
        if (standardDeviation == null || other.standardDeviation == null) {
            return null;
        }
        double mine = standardDeviation * standardDeviation / count;
        double others = other.standardDeviation * other.standardDeviation / other.count;
        double sum = mine + others;
        if (sum == 0) {
            return 0.0;
        }
        double degreesOfFreedom = sum * sum / (mine * mine / (count - 1) + others * others / (other.count - 1));
        return new TDistribution(null, degreesOfFreedom).inverseCumulativeProbability(UPPER_QUANTILE) * Math.sqrt(sum);
    }
}
