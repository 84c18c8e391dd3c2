package io.batchscope.law;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TradeOffFitTest {
    private static final TradeOff TRUTH = SimulatedArrivals.TRUTH;

    /** The numbers of the law S(B) = 500 + 10⁶/B. */
    @ParameterizedTest
    @CsvSource({"16, 63000", "256, 4406.25", "2000, 1000", "16384, 561.03515625"})
    void theLawTakesItsSteps(long batchSize, double steps) {
        assertThat(TRUTH.criticalBatchSize()).isEqualTo(2000);
        assertThat(TRUTH.steps(batchSize)).isCloseTo(steps, within(1e-9));
        assertThat(TRUTH.examples(batchSize)).isCloseTo(steps * batchSize, within(1e-6));
        assertThat((TRUTH.steps(batchSize) / 500 - 1) * (TRUTH.examples(batchSize) / 1e6 - 1))
                .as("(S/S_min − 1)·(E/E_min − 1)")
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void exactStepsGiveTheLawBack() {
        TradeOff law = TradeOffFit.of(List.of(
                        new Arrival(16, 63000, true),
                        new Arrival(256, 4406.25, true),
                        new Arrival(2000, 1000, true),
                        new Arrival(16384, 561.03515625, true)))
                .law();

        assertThat(law.minimumSteps()).isCloseTo(500, within(500e-9));
        assertThat(law.minimumExamples()).isCloseTo(1e6, within(1e-3));
        assertThat(law.criticalBatchSize()).isCloseTo(2000, within(2e-6));
    }

    @Test
    void oneWildRepeatDoesNotMoveTheCriticalBatchSizeOutOfItsInterval() {
        List<Arrival> calm = SimulatedArrivals.runs(3, 0, 0.05, new SplittableRandom(7));
        Interval interval = TradeOffFit.of(calm).draw(400, 1).interval(TradeOff::criticalBatchSize);
        assertThat(interval.high() / interval.low()).isLessThan(1.5);

        for (double wild : new double[] {0.1, 10, 1000}) {
            for (int i = 0; i < calm.size(); i++) {
                List<Arrival> runs = new ArrayList<>(calm);
                runs.set(i, new Arrival(calm.get(i).batchSize(), calm.get(i).steps() * wild, true));
                assertThat(interval.contains(TradeOffFit.of(runs).law().criticalBatchSize()))
                        .as("run %d times %s", i, wild)
                        .isTrue();
            }
        }
    }

    /** At batch 16 the goal takes 63,000 updates; with a budget of 60,000 most runs do not see it. */
    @Test
    void runsThatNeverArrivedCountAsLonger() {
        SplittableRandom random = new SplittableRandom(3);
        int studies = 200;
        double counted = 0;
        double dropped = 0;
        for (int i = 0; i < studies; i++) {
            List<Arrival> runs = SimulatedArrivals.runs(5, 0, 0.1, random).stream()
                    .map(run -> run.steps() > 60_000 ? new Arrival(run.batchSize(), 60_000, false) : run)
                    .toList();
            counted += Math.log(TradeOffFit.of(runs).law().minimumExamples() / 1e6) / studies;
            dropped += Math.log(TradeOffFit.of(runs.stream()
                                            .filter(Arrival::reached)
                                            .toList())
                                    .law()
                                    .minimumExamples()
                            / 1e6)
                    / studies;
        }

        // The mean of so many has a standard error of 0.003.
        assertThat(counted).isCloseTo(0, within(0.012));
        assertThat(dropped).as("what it would be without them").isLessThan(-0.02);
    }

    @Test
    void aBatchSizeWhereNobodyArrivedPullsTheLawUp() {
        List<Arrival> arrived = SimulatedArrivals.runs(3, 0, 0.02, new SplittableRandom(5)).stream()
                .filter(run -> run.batchSize() > 16)
                .toList();
        List<Arrival> all = new ArrayList<>(arrived);
        all.add(new Arrival(16, 200_000, false));
        all.add(new Arrival(16, 200_000, false));

        TradeOffFit fit = TradeOffFit.of(all);

        assertThat(fit.curve().observations()).isEqualTo(17);
        assertThat(fit.curve().places()).isEqualTo(6);
        assertThat(fit.law().steps(16))
                .isGreaterThan(TradeOffFit.of(arrived).law().steps(16));
    }

    @Test
    void withoutABendThereIsNoUpperEnd() {
        SplittableRandom random = new SplittableRandom(11);
        List<Arrival> runs = new ArrayList<>();
        for (long size : SimulatedArrivals.SIZES) {
            for (int i = 0; i < 3; i++) {
                runs.add(new Arrival(size, 1e9 / size * Math.exp(0.05 * SimulatedArrivals.normal(random)), true));
            }
        }

        TradeOffFit fit = TradeOffFit.of(runs);
        Interval critical = fit.draw(400, 1).interval(TradeOff::criticalBatchSize);

        assertThat(critical.high()).isInfinite();
        assertThat(critical.low()).isGreaterThan(16384).isFinite();
        assertThat(fit.law().minimumExamples()).isCloseTo(1e9, Percentage.withPercentage(5));
        assertThat(fit.law().regime(1024)).isEqualTo(Regime.PERFECT_SCALING);
    }

    @Test
    void withoutAFallThereIsNoLowerEnd() {
        SplittableRandom random = new SplittableRandom(12);
        List<Arrival> runs = new ArrayList<>();
        for (long size : SimulatedArrivals.SIZES) {
            for (int i = 0; i < 3; i++) {
                runs.add(new Arrival(size, 800 * Math.exp(0.05 * SimulatedArrivals.normal(random)), true));
            }
        }

        TradeOffFit fit = TradeOffFit.of(runs);
        Interval critical = fit.draw(400, 1).interval(TradeOff::criticalBatchSize);

        assertThat(critical.low()).isZero();
        assertThat(critical.high()).isLessThan(16);
        assertThat(fit.law().minimumSteps()).isCloseTo(800, Percentage.withPercentage(5));
        assertThat(fit.law().regime(1024)).isEqualTo(Regime.MAXIMAL_DATA_PARALLELISM);
    }

    @Test
    void deviationsAreToldApart() {
        double runs = 0;
        double law = 0;
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 200; i++) {
            TradeOffFit fit = TradeOffFit.of(SimulatedArrivals.runs(13, 0.08, 0.1, random));
            runs += fit.curve().repeatDeviation() * fit.curve().repeatDeviation() / 200;
            law += fit.curve().curveDeviation() * fit.curve().curveDeviation() / 200;
        }

        assertThat(Math.sqrt(law)).isCloseTo(0.08, within(0.008));
        // Of noise with heavy tails the scale is found; for a normal one it is less than the standard deviation.
        assertThat(Math.sqrt(runs)).isBetween(0.07, 0.1);
    }

    /** At 1 %, of 200 studies whose runs follow the law about two, and next to all of those whose batch sizes do not. */
    @Test
    void deviationsFromTheLawAreToldWhereTheyAre() {
        SplittableRandom random = new SplittableRandom(6);
        int told = 0;
        int missed = 0;
        for (int i = 0; i < 200; i++) {
            told += TradeOffFit.of(SimulatedArrivals.runs(3, 0, 0.1, random))
                            .curve()
                            .deviatesFromCurve()
                    ? 1
                    : 0;
            missed += TradeOffFit.of(SimulatedArrivals.runs(5, 0.3, 0.1, random))
                            .curve()
                            .deviatesFromCurve()
                    ? 0
                    : 1;
        }

        assertThat(told).isLessThan(10);
        assertThat(missed).isLessThan(10);
        assertThat(TradeOffFit.of(SimulatedArrivals.runs(1, 0.3, 0.1, random))
                        .curve()
                        .hasRepeats())
                .isFalse();
    }

    @Test
    void theOrderOfRunsChangesNothing() {
        List<Arrival> runs = SimulatedArrivals.runs(3, 0.05, 0.1, new SplittableRandom(8));
        List<Arrival> turned = new ArrayList<>(runs);
        Collections.reverse(turned);

        assertThat(TradeOffFit.of(turned).law()).isEqualTo(TradeOffFit.of(runs).law());
        assertThat(TradeOffFit.of(turned).draw(50, 1))
                .isEqualTo(TradeOffFit.of(runs).draw(50, 1));
    }

    /** The regimes' ends: 1.2 times the updates of ideal scaling, and 1.2 times the fewest. */
    @Test
    void regimesEndWhereTheMarginIsUsedUp() {
        assertThat(TRUTH.steps(400)).isEqualTo(1.2 * 1e6 / 400);
        assertThat(TRUTH.regime(400)).isEqualTo(Regime.PERFECT_SCALING);
        assertThat(TRUTH.regime(401)).isEqualTo(Regime.DIMINISHING_RETURNS);
        assertThat(TRUTH.regime(9999)).isEqualTo(Regime.DIMINISHING_RETURNS);
        assertThat(TRUTH.regime(10_000)).isEqualTo(Regime.MAXIMAL_DATA_PARALLELISM);
        assertThat(TRUTH.steps(10_000)).isEqualTo(1.2 * 500);
        assertThat(TRUTH.statisticalEfficiency(2000)).isEqualTo(0.5);
    }

    /**
     * MLPerf Training 4.0's reference runs of ResNet-50, whose critical batch size least squares of the batch sizes' olympic
     * means puts at 46.9 thousand, with 4.44·10⁷ examples at least.
     */
    @Test
    void theReferenceRunsOfResNet50() {
        TradeOffFit fit = TradeOffFit.of(ReferenceRuns.resNet50());

        assertThat(fit.curve().observations()).isEqualTo(130);
        assertThat(fit.law().criticalBatchSize()).isCloseTo(46_900, Percentage.withPercentage(3));
        assertThat(fit.law().minimumExamples()).isCloseTo(4.44e7, Percentage.withPercentage(3));
        assertThat(fit.curve().curveDeviation()).isGreaterThan(fit.curve().repeatDeviation());
    }

    @Test
    void needsThreeBatchSizesWhereARunArrived() {
        List<Arrival> runs = List.of(new Arrival(16, 100, true), new Arrival(32, 60, true), new Arrival(64, 60, false));

        assertThat(TradeOffFit.problem(runs))
                .isEqualTo("the law needs at least 3 batch sizes with a run that reached the goal, but has 2");
        assertThatThrownBy(() -> TradeOffFit.of(runs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("but has 2");
        assertThatThrownBy(() -> new Arrival(0, 1, true)).hasMessage("batch size must be at least 1, but is 0");
        assertThatThrownBy(() -> new Arrival(1, 200, 100, true))
                .hasMessage("must be passed after 0 to 100.0 steps, but after 200.0");
        assertThatThrownBy(() -> new Arrival(1, Double.NaN, true))
                .hasMessage("steps must be above 0 and finite, but are NaN");
    }
}
