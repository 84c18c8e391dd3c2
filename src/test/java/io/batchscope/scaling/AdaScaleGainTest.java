package io.batchscope.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdaScaleGainTest {
    @ParameterizedTest
    @CsvSource({
        // σ², μ², S, gain
        "4, 1, 8, 3.3333333333333335",
        "10, 1, 64, 9.513513513513514",
        "0, 1, 64, 1",
        "1, 0, 64, 64",
        "3, 2, 1, 1"
    })
    void isTheRatioOfTheDefinition(double variance, double squaredMean, double scale, double gain) {
        assertThat(AdaScaleGain.of(variance, squaredMean, scale)).isCloseTo(gain, within(1e-15 * gain));
    }

    /** Pollux (Qiao et al. 2021): efficiency (φ + M₀)/(φ + M) of a batch M is r/S, with φ = M₀·σ²/μ². */
    @Test
    void overTheScaleItIsTheStatisticalEfficiency() {
        double variance = 5;
        double squaredMean = 0.25;
        double baseBatch = 128;
        double batch = 4096;
        double noiseScale = baseBatch * variance / squaredMean;
        assertThat(AdaScaleGain.of(variance, squaredMean, batch / baseBatch) / (batch / baseBatch))
                .isCloseTo((noiseScale + baseBatch) / (noiseScale + batch), within(1e-15));
    }

    @Test
    void belowTheBaseBatchAnUpdateIsWorthLessThanOne() {
        assertThat(AdaScaleGain.of(1, 1, 0.5)).isCloseTo(2.0 / 3, within(1e-15));
    }
}
