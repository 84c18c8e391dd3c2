package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseScaleEstimateTest {
    private static double known(@Nullable Double value) {
        return Objects.requireNonNull(value);
    }

    /** Noise 4, 6 and signal 1, 3: means 5 and 2; t(0.975, 1) = 12.7062, which is too few to tell a signal. */
    @Test
    void theRatioOfMeansIsNoMeanOfRatios() {
        NoiseScaleEstimate two = NoiseScaleEstimate.of(new double[] {4, 6}, new double[] {1, 3}, 0.5);
        assertThat(known(two.value())).isEqualTo(2.5);
        assertThat(known(two.cosine())).isCloseTo(Math.sqrt(2 / (2 + 5 * 0.5)), within(1e-15));
        assertThat(two.high()).isNull();
        assertThat(two.detail()).contains("2 measurements", "any larger noise scale fits");
    }

    /** Constant signal: the interval of the ratio is that of the mean noise, 10 ± t(0.975, 3) · s/√4, over it. */
    @Test
    void aSurePartnerLeavesTheMeansInterval() {
        NoiseScaleEstimate four = NoiseScaleEstimate.of(new double[] {8, 9, 11, 12}, new double[] {2, 2, 2, 2}, 0);
        double half = 3.182446305284263 * Math.sqrt(10.0 / 3) / 2;
        assertThat(known(four.value())).isEqualTo(5);
        assertThat(known(four.low())).isCloseTo((10 - half) / 2, within(1e-9));
        assertThat(known(four.high())).isCloseTo((10 + half) / 2, within(1e-9));
        assertThat(known(four.cosine())).isEqualTo(1);
        assertThat(four.detail()).isEmpty();
    }

    @Test
    void whatCannotBeToldIsSaid() {
        assertThat(NoiseScaleEstimate.of(new double[] {8, 9}, new double[] {-2, 1}, 0))
                .isEqualTo(
                        new NoiseScaleEstimate(
                                8.5,
                                -0.5,
                                null,
                                null,
                                null,
                                null,
                                "all noise: in 2 measurements the signal is too small to be told, so the noise scale is large"));
        assertThat(NoiseScaleEstimate.of(new double[] {0}, new double[] {1}, 0))
                .isEqualTo(new NoiseScaleEstimate(0.0, 1.0, null, null, null, null, "no noise in 1 measurement"));
        NoiseScaleEstimate one = NoiseScaleEstimate.of(new double[] {8}, new double[] {2}, 0);
        assertThat(known(one.value())).isEqualTo(4);
        assertThat(one.low()).isNull();
        assertThat(one.detail()).isEqualTo("one measurement has no interval");
    }

    /** The interval has the truth in it in 95 % of normal samples (Fieller's is exact), bounded or not. */
    @ParameterizedTest
    @ValueSource(doubles = {0.2, 1, 3})
    void theIntervalCoversTheTruth(double spread) {
        Random random = new Random(11);
        int studies = 4000;
        int covered = 0;
        for (int study = 0; study < studies; study++) {
            double[] noise = new double[10];
            double[] signal = new double[10];
            for (int i = 0; i < 10; i++) {
                double shared = random.nextGaussian();
                noise[i] = 50 + 5 * shared;
                signal[i] = 1 + spread * (0.6 * shared + 0.8 * random.nextGaussian());
            }
            NoiseScaleEstimate estimate = NoiseScaleEstimate.of(noise, signal, 0);
            boolean below = estimate.low() == null || known(estimate.low()) <= 50;
            boolean above = estimate.high() == null || known(estimate.high()) >= 50;
            covered += below && above ? 1 : 0;
        }
        // Where the signal's mean is below 0 no interval is given, and none counts as one without ends.
        assertThat((double) covered / studies).isBetween(0.94, spread > 1 ? 1.0 : 0.96);
    }
}
