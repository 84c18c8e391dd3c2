package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstimateTest {
    @Test
    void matchesTheIntervalWorkedOutByHand() {
        // t(0.975, 2) = 4.3027 from any table; s = 1.
        Estimate estimate = known(Estimate.of(List.of(1.0, 2.0, 3.0)));

        assertThat(estimate.count()).isEqualTo(3);
        assertThat(estimate.mean()).isEqualTo(2);
        assertThat(estimate.standardDeviation()).isEqualTo(1);
        assertThat(estimate.low()).isCloseTo(2 - 4.3027 / Math.sqrt(3), within(1e-4));
        assertThat(estimate.high()).isCloseTo(2 + 4.3027 / Math.sqrt(3), within(1e-4));
    }

    @Test
    void hasNoIntervalFromOneValue() {
        assertThat(known(Estimate.of(List.of(5.0)))).isEqualTo(new Estimate(1, 5, null, null, null));
    }

    @Test
    void leavesOutWhatWasNotMeasuredOrIsNotFinite() {
        assertThat(known(Estimate.of(Arrays.asList(null, 4.0, Double.NaN, Double.POSITIVE_INFINITY)))
                        .mean())
                .isEqualTo(4);
    }

    @Test
    void isNullFromNothing() {
        assertThat(Estimate.of(Arrays.asList(null, null))).isNull();
    }

    @Test
    void addsVariancesForADifference() {
        // Equal variances 1 and counts 3: Welch's degrees of freedom are 4, t(0.975, 4) = 2.7764.
        Estimate a = known(Estimate.of(List.of(1.0, 2.0, 3.0)));
        Estimate b = known(Estimate.of(List.of(11.0, 12.0, 13.0)));

        assertThat(a.halfWidthOfDifference(b)).isCloseTo(2.7764 * Math.sqrt(2.0 / 3), within(1e-4));
    }

    @Test
    void knowsNoNoiseOfADifferenceFromOneValue() {
        assertThat(known(Estimate.of(List.of(1.0))).halfWidthOfDifference(known(Estimate.of(List.of(1.0, 2.0)))))
                .isNull();
    }

    @Test
    void findsNoNoiseInEqualValues() {
        Estimate equal = known(Estimate.of(List.of(3.0, 3.0)));

        assertThat(equal.halfWidth()).isEqualTo(0);
        assertThat(equal.halfWidthOfDifference(equal)).isEqualTo(0);
    }
}
