package io.batchscope.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.schedule.LearningRateSchedule.Constant;
import io.batchscope.schedule.LearningRateSchedule.Cosine;
import io.batchscope.schedule.LearningRateSchedule.Joined;
import io.batchscope.schedule.LearningRateSchedule.LinearWarmup;
import io.batchscope.schedule.LearningRateSchedule.Polynomial;
import io.batchscope.schedule.LearningRateSchedule.StepDecay;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LearningRateScheduleTest {
    @ParameterizedTest
    @CsvSource({"0, 0.3", "1, 0.3", "1000000, 0.3"})
    void constantNeverChanges(long update, double rate) {
        assertThat(new Constant(0.3).rateAt(update)).isEqualTo(rate);
    }

    /** Goyal et al. 2017, section 2.2: from η to k·η by η + (k − 1)·η·t/T; here η = 0.1, k = 32, T = 5 epochs of 157. */
    @ParameterizedTest
    @CsvSource({"0, 0.1", "1, 0.10394904458598726", "157, 0.72", "784, 3.196050955414013", "785, 3.2", "786, 3.2"})
    void warmupRisesByAConstantIncrement(long update, double rate) {
        assertThat(new LinearWarmup(0.1, 3.2, 785).rateAt(update)).isCloseTo(rate, within(1e-14));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.8", "29, 0.8", "30, 0.08", "59, 0.08", "60, 0.008", "1000, 0.008"})
    void stepDropsAtEveryMilestone(long update, double rate) {
        assertThat(new StepDecay(0.8, List.of(30L, 60L), 0.1).rateAt(update)).isCloseTo(rate, within(1e-15));
    }

    @Test
    void stepRefusesMilestonesOutOfOrder() {
        assertThatThrownBy(() -> new StepDecay(1, List.of(60L, 30L), 0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("milestones must ascend, but are [60, 30]");
    }

    @ParameterizedTest
    @CsvSource({
        // power, update, rate: from 1 to 0.2 over 4 updates
        "1, 0, 1",
        "1, 1, 0.8",
        "1, 2, 0.6",
        "1, 4, 0.2",
        "1, 9, 0.2",
        "2, 0, 1",
        "2, 1, 0.65",
        "2, 2, 0.4",
        "2, 3, 0.25",
        "2, 4, 0.2"
    })
    void polynomialFallsToItsEnd(double power, long update, double rate) {
        assertThat(new Polynomial(1, 0.2, 4, power).rateAt(update)).isCloseTo(rate, within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({
        // (1 + cos(π t/6))/2 of the way from 0.1 to 0.9
        "0, 0.9",
        "1, 0.846410161513775",
        "2, 0.7",
        "3, 0.5",
        "4, 0.3",
        "5, 0.153589838486225",
        "6, 0.1",
        "7, 0.1"
    })
    void cosineFallsToItsEnd(long update, double rate) {
        assertThat(new Cosine(0.9, 0.1, 6).rateAt(update)).isCloseTo(rate, within(1e-14));
    }

    static Stream<LearningRateSchedule> shapes() {
        return Stream.of(
                new Constant(3.2),
                new Cosine(3.2, 0, 100),
                new Polynomial(3.2, 0, 100, 2),
                new StepDecay(3.2, List.of(50L), 0.1));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void joinsWarmupAndShapeWithoutAJump(LearningRateSchedule shape) {
        LinearWarmup warmup = new LinearWarmup(0.1, 3.2, 20);
        LearningRateSchedule joined = new Joined(warmup, 20, shape);

        assertThat(joined.rateAt(0)).isEqualTo(0.1);
        assertThat(joined.rateAt(19)).isCloseTo(3.2 - 3.1 / 20, within(1e-14));
        assertThat(joined.rateAt(20)).isEqualTo(3.2).isEqualTo(warmup.rateAt(20));
        for (long update = 20; update <= 130; update++) {
            assertThat(joined.rateAt(update)).isEqualTo(shape.rateAt(update - 20));
        }
    }

    @Test
    void describesItself() {
        assertThat(new Joined(new LinearWarmup(0.1, 3.2, 20), 20, new Cosine(3.2, 0, 100)).describe())
                .isEqualTo("linear warmup 20 steps, then cosine over 100 steps");
        assertThat(new StepDecay(1, List.of(30L, 60L), 0.1).describe()).isEqualTo("step ×0.1 at 30, 60");
        assertThat(new Polynomial(1, 0, 10, 2).describe()).isEqualTo("polynomial power 2.0 over 10 steps");
        assertThat(new Constant(1).describe()).isEqualTo("constant");
    }
}
