package io.batchscope.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RunPlans;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code plan} says before anything has run. */
class ForecastTest {
    private static final RunPlans PLANS = RunPlans.sgd(Task.REGRESSION, 100, 20, 30, 0.1);

    @Test
    void aRunTakesItsStepsTimesFixedAndPerExampleCosts() {
        StepTime time = new StepTime(0.5, 0.25);
        // 30 steps of 5 micro-batches of at most 4 examples, 20 examples together
        assertThat(time.seconds(PLANS.plan())).isCloseTo(30 * (5 * 0.5 + 20 * 0.25), within(1e-12));
        // on two workers 10 examples each, in 3 micro-batches
        assertThat(time.seconds(PLANS.withWorkers(2).plan())).isCloseTo(30 * (3 * 0.5 + 10 * 0.25), within(1e-12));
    }

    @Test
    void calibrationMeasuresSomething() {
        StepTime time = StepTime.calibrate((seed, microBatch) -> new LinearReplica(50, 0), 50, 256);
        assertThat(time.fixedSeconds()).isNotNegative();
        assertThat(time.fixedSeconds() + time.secondsPerExample()).isPositive();
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
