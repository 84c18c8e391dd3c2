package io.batchscope.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.schedule.LearningRateSchedule.ConstantWarmup;
import io.batchscope.schedule.LearningRateSchedule.Cosine;
import io.batchscope.schedule.LearningRateSchedule.Exponential;
import io.batchscope.schedule.LearningRateSchedule.ExponentialWarmup;
import io.batchscope.schedule.LearningRateSchedule.OneMinusSqrt;
import io.batchscope.schedule.LearningRateSchedule.StepDecay;
import io.batchscope.schedule.LearningRateSchedule.Stretched;
import io.batchscope.schedule.LearningRateSchedule.Stretched.Stretch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Closed forms at the first update, at boundaries, and past the end. */
class RecipeSchedulesTest {
    @ParameterizedTest
    @CsvSource({"0, 0.1", "29, 0.1", "30, 3.2", "31, 3.2"})
    void constantWarmupJumpsAtItsEnd(long update, double rate) {
        assertThat(new ConstantWarmup(0.1, 3.2, 30).rateAt(update)).isEqualTo(rate);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.1", "6, 0.2", "12, 0.4", "24, 1.6", "30, 3.2", "99, 3.2"})
    void exponentialWarmupDoublesEverySixUpdates(long update, double rate) {
        assertThat(new ExponentialWarmup(0.1, 3.2, 30).rateAt(update)).isCloseTo(rate, within(1e-14));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0.1", "2, 0.01", "3, 0.001", "4, 0.001"})
    void exponentialFallsByAFactor(long update, double rate) {
        assertThat(new Exponential(1, 0.001, 3).rateAt(update)).isCloseTo(rate, within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0.7", "4, 0.4", "9, 0.1", "10, 0.1"})
    void oneMinusTheRootFallsFastAtFirst(long update, double rate) {
        assertThat(new OneMinusSqrt(1, 0.1, 9).rateAt(update)).isCloseTo(rate, within(1e-15));
    }

    /** 10 updates one by one, then two at a time at half the rate. */
    @Test
    void stretchesAnotherSchedule() {
        Cosine cosine = new Cosine(1, 0, 20);
        Stretched stretched = new Stretched(cosine, List.of(new Stretch(0, 0, 1, 1), new Stretch(10, 10, 2, 0.5)));

        for (long update = 0; update < 10; update++) {
            assertThat(stretched.rateAt(update)).isEqualTo(cosine.rateAt(update));
        }
        for (long update = 10; update < 20; update++) {
            assertThat(stretched.rateAt(update)).isEqualTo(0.5 * cosine.rateAt(10 + 2 * (update - 10)));
        }
        assertThat(stretched.describe()).isEqualTo("cosine over 20 steps of the first batch, × 0.5000 from step 10");
    }

    /** An update that begins before a milestone has the rate before it. */
    @Test
    void countsWholeUpdatesOfTheStretchedSchedule() {
        Stretched stretched = new Stretched(new StepDecay(1, List.of(3L), 0.1), List.of(new Stretch(0, 0, 1.4, 1)));
        assertThat(List.of(stretched.rateAt(0), stretched.rateAt(1), stretched.rateAt(2), stretched.rateAt(3)))
                .containsExactly(1.0, 1.0, 1.0, 0.1);
    }
}
