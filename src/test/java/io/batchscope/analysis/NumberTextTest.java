package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "12345.6 | 12,346",
                "99.96 | 100",
                "4.5 | 4.5",
                "0.0123456 | 0.0123",
                "0 | 0",
                "-0.5 | -0.5",
                "1.234e-7 | 1.23E-7"
            })
    void keepsThreeSignificantDigits(double value, String text) {
        assertThat(NumberText.significant(value)).isEqualTo(text);
    }

    @Test
    void writesWhatIsNotANumberAsADash() {
        assertThat(NumberText.significant(null)).isEqualTo("–");
        assertThat(NumberText.significant(Double.NaN)).isEqualTo("–");
        assertThat(NumberText.fixed(Double.POSITIVE_INFINITY, 2)).isEqualTo("–");
        assertThat(NumberText.percent(Double.NaN)).isEqualTo("–");
        assertThat(NumberText.accuracy(null)).isEqualTo("–");
        assertThat(NumberText.count(null)).isEqualTo("–");
    }

    @Test
    void hasNoMinusZero() {
        assertThat(NumberText.fixed(-0.0001, 2)).isEqualTo("0.00");
        assertThat(NumberText.fixed(-0.02, 2)).isEqualTo("-0.02");
    }

    @Test
    void writesSharesAsPercentages() {
        assertThat(NumberText.percent(0.126)).isEqualTo("13 %");
        assertThat(NumberText.accuracy(0.88421)).isEqualTo("88.42 %");
    }

    @Test
    void saysOneSeedAndTwoSeeds() {
        assertThat(NumberText.counted(1, "seed")).isEqualTo("1 seed");
        assertThat(NumberText.counted(2000, "seed")).isEqualTo("2,000 seeds");
    }

    @Test
    void sizesHaveTheUnitThatReadsBest() {
        assertThat(NumberText.bytes(12)).isEqualTo("12 B");
        assertThat(NumberText.bytes(5632)).isEqualTo("5.5 KiB");
        assertThat(NumberText.bytes(64L << 20)).isEqualTo("64.0 MiB");
        assertThat(NumberText.bytes(3277L << 20)).isEqualTo("3.2 GiB");
    }
}
