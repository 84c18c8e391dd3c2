package io.batchscope.analysis;

import io.batchscope.law.Drawings;
import io.batchscope.law.Interval;
import io.batchscope.law.TradeOff;
import io.batchscope.result.FindingRecord;
import io.batchscope.train.NoiseScaleEstimate;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the measured noise scale of the gradient compares with the batch sizes at which training itself turns: the critical
 * batch size of a goal, and the batch size at which the best rate is half of its maximum. In theory all are about the same
 * (McCandlish et al. 2018, section 2); over the tasks of their table 1 the noise scale is from 0.05 to 8 times the critical
 * batch size.
 *
 * <p>Of the batch sizes with a noise scale the nearest one, as a ratio, is taken: a run's noise scale grows as its rate over its
 * batch size falls (their appendix C), so that one far away is of another course of training. Where rates were searched
 * for it is that of the tuned one, as they demand.
 */
public final class NoiseAgainstCritical {
    private NoiseAgainstCritical() {}

    /**
     * The noise scale over the critical batch size, {@code noise_scale_over_critical_batch}.
     *
     * @param batches of one variant
     * @param law of the updates to a goal with this variant
     * @param drawn how sure that is
     * @return one finding; none where no noise scale was measured or the law has no critical batch size
     */
    public static List<FindingRecord> of(
            String study, List<BatchSummary> batches, TradeOff law, Drawings<TradeOff> drawn) {
        return ratio(
                study,
                "noise_scale_over_critical_batch",
                batches,
                law.criticalBatchSize(),
                drawn.interval(TradeOff::criticalBatchSize),
                "the critical batch size",
                "published ratios of the two are from 0.05 to 8");
    }

    /** The noise scale over the batch size B_n of the best rates, {@code noise_scale_over_rate_noise_batch}, likewise. */
    static List<FindingRecord> ofRates(String study, List<BatchSummary> batches, double noiseBatch, Interval interval) {
        return ratio(
                study,
                "noise_scale_over_rate_noise_batch",
                batches,
                noiseBatch,
                interval,
                "the batch size at which the best rate is half of its maximum",
                "in theory both are about the same");
    }

    private static List<FindingRecord> ratio(
            String study,
            String finding,
            List<BatchSummary> batches,
            double size,
            Interval sizes,
            String words,
            String expected) {
        if (!(size > 0) || Double.isInfinite(size)) {
            return List.of();
        }
        return batches.stream()
                .filter(batch -> value(batch) > 0)
                .min(Comparator.comparingDouble((BatchSummary batch) -> Math.abs(Math.log(batch.batchSize() / size)))
                        .thenComparingLong(BatchSummary::batchSize))
                .map(batch -> ratio(study, finding, batch, size, sizes, words, expected))
                .stream()
                .toList();
    }

    private static double value(BatchSummary batch) {
        Double value = batch.gradients().noise().value();
        return value == null ? Double.NaN : value;
    }

    private static FindingRecord ratio(
            String study,
            String finding,
            BatchSummary batch,
            double size,
            Interval sizes,
            String words,
            String expected) {
        NoiseScaleEstimate noise = batch.gradients().noise();
        double value = value(batch);
        double ratio = value / size;
        // A single measurement has no interval, so neither has the ratio.
        boolean unsure = noise.low() == null && noise.high() == null;
        Interval interval =
                unsure ? new Interval(0, Double.POSITIVE_INFINITY) : interval(value, interval(noise), size, sizes);
        return new FindingRecord(
                study,
                finding,
                batch.batchSize(),
                ratio,
                known(interval.low()),
                known(interval.high()),
                "ratio",
                "The noise scale late in runs with batch " + NumberText.count(batch.batchSize()) + ", the nearest to "
                        + words + " where it was measured, is " + NumberText.significant(ratio) + " times that ("
                        + NumberText.significant(value) + " over " + NumberText.significant(size) + " examples, "
                        + words(interval) + "): " + verdict(interval) + "; " + expected + ".");
    }

    private static Interval interval(NoiseScaleEstimate noise) {
        Double low = noise.low();
        Double high = noise.high();
        return new Interval(low == null ? 0 : low, high == null ? Double.POSITIVE_INFINITY : high);
    }

    /**
     * Of a ratio of two independent estimates, from the interval of each: in logarithms the distances to the ends add up as
     * squares, that to the lower end from the numerator's lower and the denominator's upper (Zou and Donner 2008).
     */
    static Interval interval(double above, Interval aboves, double below, Interval belows) {
        double down = Math.hypot(Math.log(above / aboves.low()), Math.log(belows.high() / below));
        double up = Math.hypot(Math.log(aboves.high() / above), Math.log(below / belows.low()));
        return new Interval(above / below * Math.exp(-down), above / below * Math.exp(up));
    }

    private static String verdict(Interval interval) {
        if (interval.contains(1)) {
            return "it is not shown to differ from it";
        }
        return interval.low() > 1 ? "it is too large to stand for it" : "it is too small to stand for it";
    }

    private static String words(Interval interval) {
        boolean low = interval.low() > 0;
        boolean high = !Double.isInfinite(interval.high());
        if (!low && !high) {
            return "without a 95 % interval";
        }
        if (!high) {
            return "95 % interval from " + NumberText.significant(interval.low()) + " on";
        }
        return "95 % interval " + (low ? NumberText.significant(interval.low()) : "0") + " to "
                + NumberText.significant(interval.high());
    }

    private static @Nullable Double known(double end) {
        return end > 0 && Double.isFinite(end) ? (Double) end : null;
    }
}
