package io.batchscope.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.scaling.MomentScaling.Moments;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** κ is the batch size over the base batch. */
class OptimizerScalingTest {
    private static final Moments ADAM = new Moments(0.9, 0.999, 1e-8);

    @ParameterizedTest
    @CsvSource({
        // Malladi et al. 2022: 1 − κ·(1 − β), ε/√κ
        "SDE, 4, 0.6, 0.996, 5e-9",
        "SDE, 0.25, 0.975, 0.99975, 2e-8",
        "SDE, 16, -0.6, 0.984, 2.5e-9",
        // Marek et al. 2025: the second moment halves after as many examples
        "HALF_LIFE, 2, 0.9, 0.998001, 1e-8",
        "HALF_LIFE, 0.5, 0.9, 0.99949987493746, 1e-8",
        "NONE, 16, 0.9, 0.999, 1e-8"
    })
    void scalesAdamsConstants(MomentScaling scaling, double ratio, double beta1, double beta2, double epsilon) {
        Moments scaled = scaling.scale(ADAM, ratio);
        assertThat(scaled.beta1()).isCloseTo(beta1, within(1e-14));
        assertThat(scaled.beta2()).isCloseTo(beta2, within(1e-14));
        assertThat(scaled.epsilon()).isCloseTo(epsilon, within(1e-20));
    }

    @ParameterizedTest
    @EnumSource
    void keepsAdamsConstantsAtTheBaseBatch(MomentScaling scaling) {
        Moments scaled = scaling.scale(ADAM, 1);
        assertThat(scaled.beta1()).isCloseTo(0.9, within(1e-15));
        assertThat(scaled.beta2()).isCloseTo(0.999, within(1e-15));
        assertThat(scaled.epsilon()).isEqualTo(1e-8);
    }

    @ParameterizedTest
    @CsvSource({
        // rule, κ, what the rate is multiplied by, weight decay from 0.01
        "NONE, 16, 4, 0.01",
        "LINEAR, 16, 4, 0.16",
        "SQRT, 16, 4, 0.04",
        "TIMESCALE, 16, 4, 0.04",
        "TIMESCALE, 16, 16, 0.01",
        "TIMESCALE, 16, 1, 0.16"
    })
    void scalesWeightDecay(DecayScaling scaling, double ratio, double rateRatio, double decay) {
        assertThat(scaling.scale(0.01, ratio, rateRatio)).isCloseTo(decay, within(1e-16));
    }
}
