package io.batchscope.law;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class GoalTimeTest {
    private static final TradeOff GOAL = new TradeOff(500, 1e6);
    private static final GoalTime TIME = new GoalTime(GOAL, new UpdateTime(0.8, 2e-4), 8);

    /** a = 0.8 s, β = 0.2 ms, p = 8, S_min = 500, B_crit = 2000: B* = 8000 and T = 625 s. */
    @Test
    void theBestBatchSizeIsTheGeometricMeanOfTheMachinesAndTheGoals() {
        assertThat(TIME.halfUtilisationBatchSize()).isCloseTo(32_000, within(1e-6));
        assertThat(TIME.bestBatchSize()).isCloseTo(8000, within(1e-8));
        assertThat(TIME.fewestSeconds()).isCloseTo(625, within(1e-9));
        assertThat(TIME.seconds(8000)).isCloseTo(625, within(1e-9));
        assertThat(TIME.workerSeconds(8000)).isCloseTo(5000, within(1e-8));
    }

    @Test
    void noBatchSizeIsFasterThanTheBest() {
        double fastest = IntStream.range(0, 4000)
                .mapToDouble(i -> Math.exp(i * 0.004))
                .map(TIME::seconds)
                .min()
                .orElseThrow();

        assertThat(fastest).isGreaterThanOrEqualTo(TIME.fewestSeconds() - 1e-9).isCloseTo(625, within(0.01));
    }

    @Test
    void theFlatRegionEndsWhereItsFactorIsReached() {
        Interval flat = TIME.within(1.1);

        assertThat(flat.low()).isLessThan(8000);
        assertThat(flat.high()).isGreaterThan(8000);
        assertThat(TIME.seconds(flat.low())).isCloseTo(687.5, within(1e-9));
        assertThat(TIME.seconds(flat.high())).isCloseTo(687.5, within(1e-9));
        Interval point = TIME.within(1);
        assertThat(point.low()).isCloseTo(8000, Percentage.withPercentage(1e-4));
        assertThat(point.high()).isCloseTo(8000, Percentage.withPercentage(1e-4));
    }

    /** Without a bend larger is always faster, without a fall smaller is. */
    @Test
    void unknownPartsLeaveAnEndOpen() {
        GoalTime straight = new GoalTime(new TradeOff(0, 1e6), TIME.update(), 8);
        assertThat(straight.bestBatchSize()).isInfinite();
        assertThat(straight.fewestSeconds()).isCloseTo(1e6 * 2e-4 / 8, within(1e-12));
        assertThat(straight.within(1.1).high()).isInfinite();
        assertThat(straight.seconds(straight.within(1.1).low())).isCloseTo(27.5, within(1e-9));

        GoalTime flat = new GoalTime(new TradeOff(500, 0), TIME.update(), 8);
        assertThat(flat.bestBatchSize()).isZero();
        assertThat(flat.within(1.1).low()).isZero();
        assertThat(flat.seconds(flat.within(1.1).high())).isCloseTo(440, within(1e-9));
    }

    /** Goodput is the examples that the goal takes at least, over the seconds that it takes. */
    @Test
    void goodputCountsTheExamplesOfPerfectEfficiency() {
        for (double batch : new double[] {1, 300, 8000, 1e6}) {
            assertThat(TIME.goodput(batch)).isCloseTo(1e6 / TIME.seconds(batch), Percentage.withPercentage(1e-10));
        }
    }

    @Test
    void anUpdatesTimeIsFoundAgain() {
        UpdateTime truth = new UpdateTime(3e-4, 2e-6);
        List<Observation> measured = IntStream.of(1, 8, 64, 512, 4096)
                .mapToObj(b -> UpdateTime.observation(b, truth.seconds(b)))
                .toList();

        UpdateTime found = UpdateTime.of(HyperbolaFit.of(measured).hyperbola());

        assertThat(found.fixedSeconds()).isCloseTo(3e-4, Percentage.withPercentage(1e-6));
        assertThat(found.secondsPerExample()).isCloseTo(2e-6, Percentage.withPercentage(1e-6));
        assertThat(found.halfUtilisation()).isCloseTo(150, within(1e-5));
        assertThat(truth.utilisation(150)).isCloseTo(0.5, within(1e-12));
    }

    /** 25.6 million floats over 10 Gb/s without latency: 0.143 s on 8 workers, 0.161 s on 64. */
    @Test
    void aRingTakesTheTimeOfItsBytes() {
        Link link = new Link(0, 1.25e9);

        assertThat(link.seconds(1, 102_400_000)).isZero();
        assertThat(link.seconds(8, 102_400_000)).isCloseTo(0.14336, within(1e-12));
        assertThat(link.seconds(64, 102_400_000)).isCloseTo(0.16128, within(1e-12));
        assertThat(new Link(1e-3, 1.25e9).seconds(8, 0)).isCloseTo(0.014, within(1e-15));
    }

    @Test
    void needsAWorker() {
        assertThatThrownBy(() -> new GoalTime(GOAL, TIME.update(), 0))
                .hasMessage("workers must be at least 1, but are 0");
    }
}
