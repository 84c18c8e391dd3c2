package io.batchscope.law;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.math3.distribution.TDistribution;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeavyTailTest {
    private static final TDistribution FOUR = new TDistribution(null, 4);
    private static final TDistribution SIX = new TDistribution(null, 6);

    @ParameterizedTest
    @ValueSource(doubles = {-30, -2, -0.5, 0, 0.3, 1, 2.776, 10, 300})
    void isStudentsTWithFourDegreesOfFreedom(double t) {
        Percentage close = Percentage.withPercentage(1e-6);
        assertThat(HeavyTail.density(t)).isCloseTo(FOUR.density(t), close);
        assertThat(HeavyTail.survival(t)).isCloseTo(FOUR.cumulativeProbability(-t), close);
        assertThat(HeavyTail.weightBeyond(t)).isCloseTo(SIX.cumulativeProbability(-t * Math.sqrt(1.5)), close);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 0, 2})
    void meansBeyondAreThoseOfTheDensity(double from) {
        double weight = 0;
        double weighted = 0;
        double width = 1e-4;
        for (double t = from + width / 2; t < from + 200; t += width) {
            double here = 5 / (4 + t * t) * HeavyTail.density(t) * width;
            weight += here;
            weighted += here * t;
        }

        assertThat(HeavyTail.weightBeyond(from)).isCloseTo(weight, Percentage.withPercentage(1e-4));
        assertThat(HeavyTail.density(from)).isCloseTo(weighted, Percentage.withPercentage(1e-4));
    }

    /** Against sums over the density. */
    @ParameterizedTest
    @CsvSource({"-1, 2", "0.5, 0.6", "-3, -2.5", "-40, 40", "3, 9"})
    void meansBetweenAreThoseOfTheDensity(double from, double to) {
        double share = 0;
        double weight = 0;
        double weighted = 0;
        double squared = 0;
        double width = (to - from) / 100_000;
        for (double t = from + width / 2; t < to; t += width) {
            double here = HeavyTail.density(t);
            double w = 5 / (4 + t * t);
            share += here;
            weight += w * here;
            weighted += w * t * here;
            squared += w * t * t * here;
        }

        HeavyTail.Between between = HeavyTail.between(from, to);
        assertThat(between.weight()).isCloseTo(weight / share, within(1e-7));
        assertThat(between.weighted()).isCloseTo(weighted / weight, within(1e-6));
        assertThat(between.square()).isCloseTo(squared / share, within(1e-6));
        double median = HeavyTail.quantileBetween(from, to, 0.5);
        assertThat(HeavyTail.survival(from) - HeavyTail.survival(median))
                .isCloseTo((HeavyTail.survival(from) - HeavyTail.survival(to)) / 2, within(1e-12));
    }

    @Test
    void meansOfWhatIsKnownAreItself() {
        HeavyTail.Between known = HeavyTail.between(3, 3);

        assertThat(known.weight()).isCloseTo(5. / 13, within(1e-15));
        assertThat(known.weighted()).isEqualTo(3);
        assertThat(known.square()).isCloseTo(45. / 13, within(1e-14));
        HeavyTail.Between below = HeavyTail.between(Double.NEGATIVE_INFINITY, -2);
        HeavyTail.Between above = HeavyTail.between(2, Double.POSITIVE_INFINITY);
        assertThat(below.weight()).isEqualTo(above.weight());
        assertThat(below.weighted()).isEqualTo(-above.weighted());
    }
}
