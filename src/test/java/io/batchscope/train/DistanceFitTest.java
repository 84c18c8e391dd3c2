package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DistanceFitTest {
    private static List<StepRecord> rows(DoubleUnaryOperator distance, long... steps) {
        return LongStream.of(steps)
                .mapToObj(step -> new StepRecord(
                        "study",
                        "r",
                        8,
                        1,
                        step,
                        0,
                        0,
                        null,
                        0.1,
                        null,
                        1,
                        null,
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
                        new StepMeasures(null, null, null, null, null, null, distance.applyAsDouble(step))))
                .toList();
    }

    @Test
    void aLogarithmIsFoundExactly() {
        DistanceFit fit = DistanceFit.of(rows(step -> 2 + 0.75 * Math.log(step), 1, 2, 10, 50, 1000));
        assertThat(Objects.requireNonNull(fit.slope())).isCloseTo(0.75, within(1e-12));
        assertThat(Objects.requireNonNull(fit.rSquared())).isCloseTo(1, within(1e-12));
        assertThat(Objects.requireNonNull(fit.last())).isCloseTo(2 + 0.75 * Math.log(1000), within(1e-12));
    }

    /** Distances 1, 2, 3 at t = 1, 3, 20: b = Sxy / Sxx and R² = b · Sxy / Syy, where Sxy = ln 20 and Syy = 2. */
    @Test
    void otherwiseTheLeastSquaresLineAndItsShareOfTheVariance() {
        List<StepRecord> rows = rows(step -> step == 1 ? 1 : step < 10 ? 2 : 3, 1, 3, 20);
        DistanceFit fit = DistanceFit.of(rows);
        double x1 = Math.log(3);
        double x2 = Math.log(20);
        double mean = (x1 + x2) / 3;
        double slope = x2 / (mean * mean + (x1 - mean) * (x1 - mean) + (x2 - mean) * (x2 - mean));
        assertThat(Objects.requireNonNull(fit.slope())).isCloseTo(slope, within(1e-12));
        assertThat(Objects.requireNonNull(fit.rSquared())).isCloseTo(slope * x2 / 2, within(1e-12));
    }

    @Test
    void fewPointsHaveNoLine() {
        assertThat(DistanceFit.of(List.of())).isEqualTo(new DistanceFit(null, null, null));
        assertThat(DistanceFit.of(rows(step -> step, 1, 2))).isEqualTo(new DistanceFit(2.0, null, null));
        assertThat(DistanceFit.of(rows(step -> 5, 1, 2, 3)).rSquared()).isNull();
    }
}
