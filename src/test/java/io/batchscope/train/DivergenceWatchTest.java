package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DivergenceWatchTest {
    @Test
    void whatIsNotFiniteHasDiverged() {
        assertThat(new DivergenceWatch(10).hasDiverged(Double.NaN, 1)).isTrue();
        assertThat(new DivergenceWatch(10).hasDiverged(Double.POSITIVE_INFINITY, 1))
                .isTrue();
    }

    @Test
    void oneWildExampleIsNotDivergence() {
        DivergenceWatch watch = new DivergenceWatch(10);
        watch.initial(1);
        // It weighs 1/256 of the average: 1 + (1000 − 1)/256 < 10.
        assertThat(watch.hasDiverged(1000, 1)).isFalse();
        assertThat(watch.hasDiverged(1000, DivergenceWatch.WINDOW)).isTrue();
    }

    @Test
    void aLastingRiseIsSeenWithinAFewWindows() {
        DivergenceWatch watch = new DivergenceWatch(10);
        watch.initial(1);
        int examples = 1;
        while (!watch.hasDiverged(20, 1)) {
            examples++;
        }
        // 1 + 19·(1 − (255/256)^n) > 10 first holds at n = 164.
        assertThat(examples).isEqualTo(164);
    }

    @Test
    void aLuckyFirstExampleDoesNotSetTheInitialLoss() {
        DivergenceWatch watch = new DivergenceWatch(10);
        assertThat(watch.hasDiverged(1e-6, 1)).isFalse();
        for (int example = 1; example < DivergenceWatch.WINDOW; example++) {
            assertThat(watch.hasDiverged(1, 1)).as("example %d", example).isFalse();
        }
        // The mean of the first 256 is just below 1.
        assertThat(watch.hasDiverged(9.9, DivergenceWatch.WINDOW)).isFalse();
        assertThat(watch.hasDiverged(10.1, DivergenceWatch.WINDOW)).isTrue();
    }

    @Test
    void withoutAnInitialLossTheFirstBatchSetsIt() {
        DivergenceWatch watch = new DivergenceWatch(10);
        assertThat(watch.hasDiverged(0.5, 256)).isFalse();
        assertThat(watch.hasDiverged(4.9, 256)).isFalse();
        assertThat(watch.hasDiverged(5.1, 256)).isTrue();
    }
}
