package io.batchscope.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.law.Link;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.result.ProbeRecord;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.study.StepTime.Point;
import io.batchscope.study.TimeForecast.Work;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.PacedPlan;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.LinkMeasurement;
import io.batchscope.train.TrainedRun;
import io.batchscope.units.BatchTrajectory;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is expected before anything has run. */
class ForecastTest {
    private static final RunPlans PLANS = RunPlans.sgd(Task.REGRESSION, 100, 20, 30, 0.1);

    /** 0.5 + 0.25 b up to 2 examples, then half as much for each; an update takes 2, or 3 from 4 examples on. */
    private static final StepTime TIME =
            new StepTime(List.of(new Point(1, 0.75, 2), new Point(2, 1, 2), new Point(4, 1.25, 3)), 0.125);

    private static final ArrayExamples EXAMPLES = ArrayExamples.linear(100, 3, 1);

    private static TimeForecast forecast(RunPlan plan) {
        return new TimeForecast(Map.of(Work.of(plan, 2), TIME), 2, 8, 4, 1000);
    }

    @Test
    void aGradientLiesBetweenItsNeighboursAndGoesOnStraight() {
        assertThat(TIME.updateSeconds(1, 1)).isEqualTo(0.75 + 2);
        assertThat(TIME.updateSeconds(1.5, 1)).isEqualTo(0.875 + 2);
        assertThat(TIME.updateSeconds(3, 1)).isEqualTo(1.125 + 2.5);
        assertThat(TIME.updateSeconds(12, 1)).isEqualTo(2.25 + 3);
        assertThat(TIME.updateSeconds(12, 3)).isEqualTo(3 * 1.25 + 3);
        StepTime one = new StepTime(List.of(new Point(4, 1, 2)), 0);
        assertThat(one.updateSeconds(4, 1)).isEqualTo(3);
        assertThat(one.updateSeconds(8, 1)).isEqualTo(4);
        assertThatThrownBy(() -> new StepTime(List.of(), 0)).hasMessage("a step time needs a measured size at least");
    }

    @Test
    void aRunTakesItsMicroBatchesAndUpdates() {
        // 30 steps of 20 examples in 5 micro-batches of 4
        assertThat(TIME.seconds(PLANS.plan())).isCloseTo(30 * (5 * 1.25 + 3), within(1e-12));
        // on two workers 10 examples each, in 3 micro-batches
        assertThat(TIME.seconds(PLANS.withWorkers(2).plan())).isCloseTo(30 * TIME.updateSeconds(10, 3), within(1e-12));
        // epochs of 40 and 40 and 20 examples
        RunPlan uneven = RunPlans.sgd(Task.REGRESSION, 100, 40, 3, 0.1).plan();
        assertThat(TIME.seconds(uneven)).isCloseTo(3 * TIME.updateSeconds(100 / 3.0, 9), within(1e-12));
    }

    @Test
    void batchesThatGrowTakeTheirOwnTimes() {
        BatchTrajectory growing = BatchTrajectory.constant(100, 4).then(5, 8).then(10, 20);
        RunPlan plan = PLANS.plan();
        double first = 5 * TIME.updateSeconds(4, 1);
        double second = 5 * TIME.updateSeconds(8, 2);
        assertThat(TIME.seconds(plan, growing, 3)).isCloseTo(3 * TIME.updateSeconds(4, 1), within(1e-12));
        assertThat(TIME.seconds(plan, growing, 10)).isCloseTo(first + second, within(1e-12));
        assertThat(TIME.seconds(plan, growing, 12))
                .isCloseTo(first + second + 2 * TIME.updateSeconds(20, 5), within(1e-12));
    }

    @Test
    void whereNoiseDecidesABatchFallsIntoEightPartsAtLeast() {
        RunPlan plan = PacedPlan.of(PLANS.plan(), new Pace.ByNoise(4, 40, 1, 2, 10, 100, ScalingRule.LINEAR, 600));
        assertThat(TIME.seconds(plan)).isCloseTo(30 * TIME.updateSeconds(20, 8), within(1e-12));
    }

    @Test
    void evaluationsCountFirstAndLastOnes() {
        RunPlan plan = PLANS.plan();
        long validations = 1 + (30 + plan.evaluateEvery() - 1) / plan.evaluateEvery();
        assertThat(TIME.evaluationSeconds(plan, 8, 4)).isCloseTo(0.125 * (8 * validations + 100 + 4), within(1e-12));
        assertThat(forecast(plan).seconds(plan) - forecast(plan).trainSeconds(plan))
                .isCloseTo(TIME.evaluationSeconds(plan, 8, 4), within(1e-9));
    }

    @Test
    void theMeanIsOfSizesThatAllMeasured() {
        StepTime fewer = new StepTime(List.of(new Point(1, 1.25, 4), new Point(2, 2, 4)), 0.375);
        assertThat(StepTime.mean(List.of(TIME, fewer)))
                .isEqualTo(new StepTime(List.of(new Point(1, 1, 3), new Point(2, 1.5, 3)), 0.25));
    }

    @Test
    void measuresTheMicroBatchesThatRunsHaveAndSomeInBetween() {
        RunPlans all = RunPlans.sgd(Task.REGRESSION, 10_000, 10_000, 1, 0.1).withMicroBatch(1024);
        // 10 parts of 1000 examples, with 32 between 1 and those
        assertThat(TimeForecast.sizes(List.of(all.plan()))).containsExactly(1, 32, 1000);
        assertThat(TimeForecast.sizes(List.of(
                        all.plan(),
                        all.withWorkers(2).plan(),
                        RunPlans.sgd(Task.REGRESSION, 100, 8, 1, 0.1).plan())))
                .containsExactly(1, 4, 63, 1000);
        List<RunPlan> many = IntStream.rangeClosed(1, 100)
                .mapToObj(size -> RunPlans.sgd(Task.REGRESSION, 200, size, 1, 0.1)
                        .withMicroBatch(1024)
                        .plan())
                .toList();
        assertThat(TimeForecast.sizes(many)).hasSize(7).startsWith(1).endsWith(100);
    }

    @Test
    void numbersOfARuleThatTakeNoTimeAreTheSameWork() {
        OptimizerConfig momentum = new OptimizerConfig(OptimizerConfig.Name.SGD, 0.8, 0, 0.9, 0.999, 1e-8);
        OptimizerConfig more = new OptimizerConfig(OptimizerConfig.Name.SGD, 0.95, 0, 0.9, 0.99, 1e-8);
        assertThat(Work.of(PLANS.withOptimizer(momentum).plan(), 2))
                .isEqualTo(Work.of(PLANS.withOptimizer(more).plan(), 2))
                .isNotEqualTo(Work.of(PLANS.plan(), 2))
                .isNotEqualTo(Work.of(PLANS.withOptimizer(momentum).plan(), 1));
        assertThat(Work.of(PLANS.withWorkers(4).plan(), 2).atOnce()).isEqualTo(4);
    }

    @Test
    void rowsTellOfThePlanAndOfTheUpdatesThatWereDone() {
        RunPlan plan = PLANS.plan();
        assertThat(forecast(plan).rows(plan, TrainedRun.failed("it fell")))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.probe()).isEqualTo("time");
                    assertThat(row.metric()).isEqualTo("predicted_train_seconds");
                    assertThat(row.value()).isCloseTo(30 * (5 * 1.25 + 3), within(1e-12));
                    assertThat(row.settings())
                            .isEqualTo("{\"workers\":1,\"at_once\":2,\"measured_at\":[1.000,2.000,4.000],"
                                    + "\"gradient_seconds\":[0.7500,1.000,1.250],\"update_seconds\":[2.000,2.000,3.000],"
                                    + "\"sum_seconds\":0.000}");
                });
        assertThat(TimeForecast.NONE.rows(plan, TrainedRun.failed("it fell"))).isEmpty();
    }

    @Test
    void aRunThatEndedEarlyIsHeldAgainstTheUpdatesThatItDid() throws Exception {
        RunPlan plan = PLANS.withTarget(new Target(Target.Metric.VALIDATION_LOSS, 1e9, true))
                .plan();
        TrainedRun run = RankThreads.train(
                        plan, EXAMPLES, ArrayExamples.linear(10, 3, 2), rank -> new LinearReplica(3, 0))
                .get(0);
        assertThat(run.steps()).isLessThan(30);
        assertThat(forecast(plan).rows(plan, run))
                .extracting(ProbeRecord::metric, ProbeRecord::value)
                .containsExactly(
                        tuple("predicted_train_seconds", 30 * (5 * 1.25 + 3)),
                        tuple("predicted_done_seconds", run.steps() * (5 * 1.25 + 3)));
    }

    @Test
    void whatWorkersMeasuredOfTheirLinkIsInTheRows() {
        RunPlan plan = PLANS.withWorkers(2).plan();
        LinkMeasurement measured = new LinkMeasurement(2, new Link.Sum(8, 0.25), new Link.Sum(1008, 0.5));
        TrainedRun run = TrainedRun.failed("later").withProbeRows(measured.rows(plan));
        double sum =
                Link.of(2, measured.small(), measured.large()).orElseThrow().seconds(2, 4000);
        assertThat(forecast(plan).rows(plan, run).get(0).value())
                .isCloseTo(TIME.seconds(plan) + 30 * sum, within(1e-9));
    }

    @Test
    void calibrationMeasuresSomethingForEachSize() {
        StepCalibration calibration = new StepCalibration(
                (seed, microBatch) -> new LinearReplica(50, 0),
                () -> ArrayExamples.linear(64, 50, 1),
                PLANS.plan().optimizer(),
                List.of(1, 8, 64),
                0.02);
        StepTime time = calibration.measure();
        assertThat(time.points()).extracting(Point::examples).startsWith(1, 8);
        assertThat(time.points()).allSatisfy(point -> {
            assertThat(point.gradientSeconds()).isPositive();
            assertThat(point.updateSeconds()).isPositive();
        });
        assertThat(time.evaluationSecondsPerExample()).isPositive();
    }

    @Test
    void aSizeThatWouldTakeTooLongIsLeftToTheOnesBeforeIt() {
        StepCalibration calibration = new StepCalibration(
                (seed, microBatch) -> new LinearReplica(50, 0),
                () -> ArrayExamples.linear(64, 50, 1),
                PLANS.plan().optimizer(),
                List.of(1, 8, 100_000),
                0);
        assertThat(calibration.measure().points()).extracting(Point::examples).containsExactly(1, 8);
    }

    @Test
    void runsOfOneWorkerGoSideBySideLongestFirstAndOthersAfterThem() {
        List<RunPlan> runs = List.of(
                RunPlans.sgd(Task.REGRESSION, 100, 1, 2, 0.1).plan(),
                RunPlans.sgd(Task.REGRESSION, 100, 2, 3, 0.1).plan(),
                RunPlans.sgd(Task.REGRESSION, 100, 3, 4, 0.1).plan(),
                RunPlans.sgd(Task.REGRESSION, 100, 4, 7, 0.1).withWorkers(2).plan());
        // 4 | 3 + 2 on two slots take 5, then 7
        assertThat(Makespan.seconds(runs, 2, RunPlan::plannedSteps)).isEqualTo(12);
        assertThat(Makespan.seconds(runs, 1, RunPlan::plannedSteps)).isEqualTo(16);
        assertThat(Makespan.seconds(List.of(), 2, RunPlan::plannedSteps)).isZero();
    }
}
