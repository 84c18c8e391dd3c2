package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LossOscillationTest {
    @Test
    void isZeroOnALine() {
        assertThat(LossOscillation.of(steps(20, s -> 3 - 0.1 * s)).orElseThrow())
                .isCloseTo(0, within(1e-12));
    }

    @Test
    void measuresAnAlternatingLossOfOddLength() {
        // n = 9 of 18: the alternation has mean a/n and no slope, so the residuals' squares sum to a²·(n − 1/n).
        double a = 0.25;
        double expected = a * Math.sqrt((9 - 1.0 / 9) / 7);

        assertThat(LossOscillation.of(steps(18, s -> alternating(a, s))).orElseThrow())
                .isCloseTo(expected, within(1e-12));
    }

    @Test
    void measuresAnAlternatingLossOfEvenLength() {
        // n = 10 of 20: no mean, Σxy = a·n/2, Σx² = n·(n² − 1)/12, so the squares sum to a²·(n − 3·n/(n² − 1)).
        double a = 0.25;
        double expected = a * Math.sqrt((10 - 30.0 / 99) / 8);

        assertThat(LossOscillation.of(steps(20, s -> alternating(a, s))).orElseThrow())
                .isCloseTo(expected, within(1e-12));
    }

    @Test
    void doesNotDependOnTheTrend() {
        double level = LossOscillation.of(steps(20, s -> alternating(0.1, s))).orElseThrow();
        double falling = LossOscillation.of(steps(20, s -> 9 - 0.3 * s + alternating(0.1, s)))
                .orElseThrow();

        assertThat(falling).isCloseTo(level, within(1e-12));
    }

    @Test
    void looksAtTheLastHalfOnly() {
        double expected =
                LossOscillation.of(steps(20, s -> alternating(0.1, s))).orElseThrow();
        double withWildStart = LossOscillation.of(steps(20, s -> (s <= 10 ? 100 : 1) * alternating(0.1, s)))
                .orElseThrow();

        assertThat(withWildStart).isCloseTo(expected, within(1e-12));
    }

    @Test
    void isEmptyWithFewerThanThreePoints() {
        assertThat(LossOscillation.of(List.of())).isEmpty();
        assertThat(LossOscillation.of(steps(4, s -> s))).isEmpty();
        assertThat(LossOscillation.of(steps(5, s -> s))).isPresent();
    }

    @Test
    void isEmptyIfALossIsNotFinite() {
        assertThat(LossOscillation.of(steps(20, s -> s == 20 ? Double.NaN : 1))).isEmpty();
        assertThat(LossOscillation.of(steps(20, s -> s == 11 ? Double.POSITIVE_INFINITY : 1)))
                .isEmpty();
        assertThat(LossOscillation.of(steps(20, s -> s == 10 ? Double.NaN : 1))).isPresent();
    }

    private static double alternating(double a, long step) {
        return step % 2 == 0 ? a : -a;
    }

    private static List<StepRecord> steps(long count, LongToDoubleFunction loss) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(s -> new StepRecord(
                        "study",
                        "r1",
                        32,
                        1,
                        s,
                        0,
                        32 * s,
                        null,
                        0.1,
                        null,
                        loss.applyAsDouble(s),
                        1.0,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        0,
                        0,
                        0,
                        null,
                        StepMeasures.NONE))
                .toList();
    }
}
