package io.batchscope.law;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.commons.math3.distribution.TDistribution;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
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
}
