package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import io.batchscope.result.StepRecord;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LossCurveTest {
    @Test
    void keepsFewRowsAsTheyAre() {
        List<StepRecord> rows = List.of(step(8, 1, 1, 3, 1), step(8, 1, 10, 2, 1), step(8, 1, 100, 1, 1));

        assertThat(LossCurve.of(rows, 200))
                .extracting(LossCurve.Point::step, LossCurve.Point::loss)
                .containsExactly(tuple(1L, 3.0), tuple(10L, 2.0), tuple(100L, 1.0));
    }

    @Test
    void thinsManyRowsToTheAskedNumberAndKeepsTheEnds() {
        List<StepRecord> rows = LongStream.rangeClosed(1, 50_000)
                .mapToObj(step -> step(8, 1, step, 1.0, 1))
                .toList();

        List<LossCurve.Point> curve = LossCurve.of(rows, 200);

        assertThat(curve).hasSizeBetween(100, 200).allSatisfy(point -> assertThat(point.loss())
                .isCloseTo(1, within(1e-12)));
        assertThat(curve.get(0).step()).isEqualTo(1);
        assertThat(curve.get(curve.size() - 1).step()).isEqualTo(50_000);
    }

    @Test
    void makesOnePointOfTheFirstHundredthOfAnEpoch() {
        // 1,024 examples in batches of 1: steps 2 and 10 are below 10.24, step 11 is not.
        List<StepRecord> rows =
                List.of(step(1, 1, 2, 1, 1), step(1, 1, 10, 5, 1), step(1, 1, 11, 7, 1), step(1, 1, 1024, 2, 1));

        assertThat(LossCurve.of(rows, 200)).extracting(LossCurve.Point::loss).containsExactly(3.0, 7.0, 2.0);
    }

    @Test
    void averagesTheRowsOfAGroup() {
        // Over 0.01 to 10.24 epochs in three groups, 0.02 and 0.04 share one.
        List<StepRecord> rows = List.of(step(1, 1, 20, 1, 1), step(1, 1, 40, 5, 1), step(1, 1, 10_486, 7, 1));

        assertThat(LossCurve.of(rows, 5)).extracting(LossCurve.Point::loss).containsExactly(3.0, 7.0);
    }

    @Test
    void leavesOutLossesThatAreNotFinite() {
        List<StepRecord> rows = List.of(step(8, 1, 1, 1, 1), step(8, 1, 2, Double.NaN, 1));

        assertThat(LossCurve.of(rows, 200)).hasSize(1);
        assertThat(LossCurve.of(List.of(), 200)).isEmpty();
    }
}
