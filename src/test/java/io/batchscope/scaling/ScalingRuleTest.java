package io.batchscope.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScalingRuleTest {
    @ParameterizedTest
    @CsvSource({
        // Goyal et al. 2017: 0.1 at 256 becomes 3.2 at 8192
        "LINEAR, 0.1, 256, 8192, 3.2",
        "LINEAR, 0.05, 64, 1, 0.00078125",
        "SQRT, 0.1, 256, 1024, 0.2",
        "SQRT, 0.1, 256, 64, 0.05",
        "SQRT, 0.1, 1, 2, 0.14142135623730953",
        "NONE, 0.1, 256, 8192, 0.1"
    })
    void scalesTheBaseRate(ScalingRule rule, double base, long baseBatch, long batch, double rate) {
        assertThat(rule.scale(base, baseBatch, batch)).isCloseTo(rate, within(1e-15));
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheBaseRateAtTheBaseBatch(ScalingRule rule) {
        assertThat(rule.scale(0.3, 96, 96)).isEqualTo(0.3);
    }
}
