package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.Synchronization.Threshold;
import io.batchscope.testing.RankThreads;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdRuleTest {
    private static final int ELEMENTS = 40_000;
    private static final GradientParts PARTS = new GradientParts(List.of(), ELEMENTS);

    @Test
    void aFixedThresholdStays() {
        ThresholdRule rule = ThresholdRule.of(new Threshold.Fixed(1e-3));
        assertThat(rule.next(1e-3, 0)).isEqualTo(1e-3);
        assertThat(rule.next(1e-3, 1)).isEqualTo(1e-3);
    }

    @Test
    void anAdaptiveOneChangesOutOfBoundsOnly() {
        ThresholdRule rule = ThresholdRule.of(new Threshold.Adaptive(1e-3, 0.99, 0.9999, 1.25));
        assertThat(rule.next(0.5, Math.nextDown(0.99))).isEqualTo(0.625);
        assertThat(rule.next(0.5, 0.99)).isEqualTo(0.5);
        assertThat(rule.next(0.5, 0.995)).isEqualTo(0.5);
        assertThat(rule.next(0.5, 0.9999)).isEqualTo(0.5);
        assertThat(rule.next(0.5, Math.nextUp(0.9999))).isEqualTo(0.4);
        assertThat(rule.next(0.5, 0)).isEqualTo(0.625);
        assertThat(rule.next(0.5, 1)).isEqualTo(0.4);
    }

    @Test
    void aTargetIsLeftAloneOnceItIsMet() {
        ThresholdRule rule = ThresholdRule.of(new Threshold.TargetSparsity(1e-3, 0.999, 2));
        assertThat(rule.next(0.5, 0.999)).isEqualTo(0.5);
    }

    @Test
    void aTargetIsApproachedByAFactorAtMost() {
        ThresholdRule rule = ThresholdRule.of(new Threshold.TargetSparsity(1e-3, 0.999, 2));
        assertThat(rule.next(0.5, 0)).isEqualTo(1);
        assertThat(rule.next(0.5, 0.3)).isCloseTo(0.5 * Math.pow(3.2905 / 0.3853, 0.25), within(1e-3));
        // Two-sided quantiles from tables of the normal distribution: z(0.99), z(0.999), z(0.9995).
        assertThat(rule.next(1, 0.99)).isCloseTo(Math.pow(3.2905 / 2.5758, 0.25), within(1e-4));
        assertThat(rule.next(1, 1))
                .isEqualTo(rule.next(1, 0.9995))
                .isCloseTo(Math.pow(3.2905 / 3.4808, 0.25), within(1e-4));
        assertThat(new ThresholdRule.NearTarget(0.5, 1.1).next(1, 1)).isEqualTo(1 / 1.1);
    }

    @Test
    void thresholdsStayPositiveAndFinite() {
        ThresholdRule rule = ThresholdRule.of(new Threshold.Adaptive(1, 0.5, 0.9, 1e10));
        double least = 1;
        double most = 1;
        for (int update = 0; update < 100; update++) {
            least = ThresholdRule.bounded(rule.next(least, 1));
            most = ThresholdRule.bounded(rule.next(most, 0));
        }
        assertThat((float) least).isPositive();
        assertThat(Float.isFinite(1000 * (float) most)).isTrue();
        assertThat(ThresholdRule.bounded(0)).isZero();
        assertThat((float) ThresholdRule.bounded(Double.MIN_VALUE)).isPositive();
        assertThat(Float.isFinite((float) ThresholdRule.bounded(Double.POSITIVE_INFINITY)))
                .isTrue();
    }

    /** The threshold at the end of updates of which each is compared with fresh numbers; it must have come to rest. */
    private static double onFresh(ThresholdRule rule, ToDoubleFunction<Random> draw) {
        Random random = new Random(5);
        float[] first = numbers(random, draw);
        double threshold = rule.first(1e-3, new MagnitudeHistogram(PARTS, first));
        assertThat(sparsity(first, threshold)).isBetween(0.8, 1.0);
        for (int update = 0; update < 15; update++) {
            threshold = rule.next(threshold, sparsity(numbers(random, draw), threshold));
        }
        double rest = threshold;
        for (int update = 0; update < 15; update++) {
            threshold = rule.next(threshold, sparsity(numbers(random, draw), threshold));
            assertThat(threshold / rest).isCloseTo(1, within(0.05));
        }
        return threshold;
    }

    private static float[] numbers(Random random, ToDoubleFunction<Random> draw) {
        float[] numbers = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            numbers[i] = (float) draw.applyAsDouble(random);
        }
        return numbers;
    }

    private static double sparsity(float[] numbers, double threshold) {
        int below = 0;
        for (float number : numbers) {
            below += Math.abs(number) < threshold ? 1 : 0;
        }
        return (double) below / numbers.length;
    }

    private static double laplace(Random random, double scale) {
        return scale * Math.log(1 - random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
    }

    @ParameterizedTest
    @CsvSource({"0.9, 3", "0.99, 1e-5", "0.999, 1e4"})
    void aTargetIsTheQuantileOfANormalDistribution(double target, double deviation) {
        ThresholdRule rule = new ThresholdRule.NearTarget(target, 2);
        double quantile = deviation * new NormalDistribution().inverseCumulativeProbability((1 + target) / 2);
        assertThat(onFresh(rule, random -> deviation * random.nextGaussian()) / quantile)
                .isCloseTo(1, within(0.05));
    }

    @ParameterizedTest
    @CsvSource({"0.9, 3", "0.99, 1e-5", "0.999, 1e4"})
    void aTargetIsTheQuantileOfAHeavierTail(double target, double scale) {
        ThresholdRule rule = new ThresholdRule.NearTarget(target, 2);
        double quantile = -scale * Math.log(1 - target);
        assertThat(onFresh(rule, random -> laplace(random, scale)) / quantile).isCloseTo(1, within(0.05));
    }

    @ParameterizedTest
    @CsvSource({"1e-30, 2.58", "1e20, 3.89", "3, 3", "1e-3, 2.58"})
    void theFirstThresholdIsMovedIntoBoundsAndNoFurther(double initial, double expected) {
        float[] gradient = numbers(new Random(7), Random::nextGaussian);
        ThresholdRule rule = new ThresholdRule.WithinBounds(0.99, 0.9999, 1.1);
        double first = rule.first(initial, new MagnitudeHistogram(PARTS, gradient));
        // Bins are apart by at most 9/8.
        assertThat(first / expected).isBetween(8 / 9., 9 / 8.);
        assertThat(sparsity(gradient, first)).isBetween(0.99, 0.9999);
    }

    @Test
    void firstGradientsOfZerosSayNothing() {
        MagnitudeHistogram zeros = new MagnitudeHistogram(PARTS, new float[ELEMENTS]);
        assertThat(new ThresholdRule.WithinBounds(0.9, 0.99, 2).first(0.1, zeros))
                .isEqualTo(0.1);
        assertThat(new ThresholdRule.NearTarget(0.9, 2).first(0.1, zeros)).isEqualTo(0.1);
    }

    @Test
    void boundsThatExcludeNothingLeaveTheThreshold() {
        float[] gradient = numbers(new Random(7), Random::nextGaussian);
        ThresholdRule rule = new ThresholdRule.WithinBounds(0, 1, 1.1);
        for (double initial : new double[] {1e-30, 0.5, 1e30}) {
            assertThat(rule.first(initial, new MagnitudeHistogram(PARTS, gradient)))
                    .isEqualTo(initial);
        }
    }

    @Test
    void firstGradientsThatAreNotFiniteLeaveTheThreshold() {
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] gradient = numbers(new Random(7), Random::nextGaussian);
            Arrays.fill(gradient, 0, ELEMENTS / 10, odd);
            MagnitudeHistogram histogram = new MagnitudeHistogram(PARTS, gradient);
            assertThat(new ThresholdRule.NearTarget(0.999, 2).first(0.25, histogram))
                    .isEqualTo(0.25);
        }
    }

    @Test
    void theFirstGradientsOfAllRanksCount() throws Exception {
        List<Double> thresholds = RankThreads.run(3, collective -> {
            float[] gradient = new float[ELEMENTS];
            Arrays.fill(gradient, (float) Math.pow(10, collective.rank()));
            MagnitudeHistogram histogram = new MagnitudeHistogram(PARTS, gradient);
            histogram.sum(collective);
            return histogram.threshold(1e-3, 0.5, 0.7);
        });
        // A third of all elements is 1, a third 10.
        assertThat(thresholds).hasSize(3).allSatisfy(threshold -> assertThat(threshold)
                .isEqualTo(thresholds.get(0))
                .isBetween(10., 12.));
    }

    /** With residuals, what was not sent comes again: more is sent at the same threshold, and a change takes effect late. */
    @ParameterizedTest
    @ValueSource(doubles = {0.9, 0.99, 0.999})
    void aTargetIsMetOnResiduals(double target) {
        int length = 10_000;
        ThresholdRule rule = new ThresholdRule.NearTarget(target, 2);
        ThresholdEncoder encoder = new ThresholdEncoder(new GradientParts(List.of(), length));
        Random random = new Random(6);
        float[] drift = new float[length];
        for (int i = 0; i < length; i++) {
            drift[i] = (float) laplace(random, 0.003);
        }
        double threshold = 0;
        double late = 0;
        int updates = 300;
        int measured = 100;
        for (int update = 0; update < updates; update++) {
            float[] gradient = new float[length];
            for (int i = 0; i < length; i++) {
                gradient[i] = drift[i] + (float) random.nextGaussian() * 0.05f;
            }
            threshold = update == 0
                    ? rule.first(1, new MagnitudeHistogram(new GradientParts(List.of(), length), gradient))
                    : threshold;
            encoder.encode(gradient, (float) threshold, ThresholdEncoder.UNBOUNDED);
            double sparsity = 1 - (double) encoder.sent() / length;
            threshold = rule.next(threshold, sparsity);
            late += update < updates - measured ? 0 : encoder.sent();
        }
        assertThat(late / measured / length).isBetween((1 - target) / 1.5, (1 - target) * 1.5);
    }
}
