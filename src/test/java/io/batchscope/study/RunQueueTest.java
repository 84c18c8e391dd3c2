package io.batchscope.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.RunOrder;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunQueueTest {
    private static final RunPlan ONE = SamplePlans.plan("r1", 1, 1, 600);
    private static final RunPlan EIGHT = SamplePlans.plan("r8", 8, 1, 80);
    private static final RunPlan SIXTY_FOUR = SamplePlans.plan("r64", 64, 1, 80);
    private static final RunPlan SHARED = SamplePlans.plan("rs", 64, 2, 10_000);
    private static final RunPlan SHARED_FULL = SamplePlans.plan("rf", 100, 4, 10);

    private static final List<RunPlan> ALL = List.of(SHARED_FULL, EIGHT, SHARED, ONE, SIXTY_FOUR);

    @Test
    void aStepCostsSomethingFixedAndAsMuchAgainForEvery64Examples() {
        assertThat(RunQueue.cost(SIXTY_FOUR)).isEqualTo(160);
        assertThat(RunQueue.cost(EIGHT)).isEqualTo(90);
    }

    @Test
    void startsOneWorkerRunsFirstAndTheCostliestOfThemFirst() {
        RunQueue queue = new RunQueue(ALL, 8);
        assertThat(queue.next()).isEqualTo(ONE);
        assertThat(queue.next()).isEqualTo(SIXTY_FOUR);
        assertThat(queue.next()).isEqualTo(EIGHT);
        assertThat(queue.next()).isNull();
        assertThat(queue.running()).isEqualTo(3);
    }

    /** Its server is one for the JVM. */
    @Test
    void startsWhatDeeplearning4jTrainsAloneAlsoOnOneWorker() {
        RunPlan theirs = SamplePlans.plan("r4j", 64, 1, 10_000, new Synchronization.Dl4jParameterAveraging(8));
        RunQueue queue = new RunQueue(List.of(theirs, ONE, SHARED_FULL), 8);

        assertThat(queue.next()).isEqualTo(ONE);
        assertThat(queue.next()).isNull();
        queue.ended();
        assertThat(queue.next()).isEqualTo(theirs);
        assertThat(queue.next()).isNull();
        assertThat(Makespan.seconds(List.of(theirs, ONE, EIGHT), 8, RunPlan::plannedSteps))
                .isEqualTo(10_600);
    }

    @Test
    void startsNoMoreOneWorkerRunsThanThereAreSlots() {
        RunQueue queue = new RunQueue(ALL, 2);
        assertThat(queue.next()).isEqualTo(ONE);
        assertThat(queue.next()).isEqualTo(SIXTY_FOUR);
        assertThat(queue.next()).isNull();
        queue.ended();
        assertThat(queue.next()).isEqualTo(EIGHT);
        assertThat(queue.next()).isNull();
    }

    @Test
    void runsOfSeveralWorkersRunAlone() {
        RunQueue queue = new RunQueue(List.of(SHARED_FULL, EIGHT, SHARED), 8);
        assertThat(queue.next()).isEqualTo(EIGHT);
        assertThat(queue.next()).isNull();
        queue.ended();
        assertThat(queue.next()).isEqualTo(SHARED);
        assertThat(queue.next()).isNull();
        queue.ended();
        assertThat(queue.next()).isEqualTo(SHARED_FULL);
        queue.ended();
        assertThat(queue.next()).isNull();
        assertThat(queue.running()).isZero();
    }

    @Test
    void deeplearning4jTrainsAloneEvenWithOneWorker() {
        RunPlan theirs = SamplePlans.plan("rd", 64, 1, 10, new Synchronization.Dl4jParameterAveraging(1));
        RunQueue queue = new RunQueue(List.of(theirs, EIGHT), 8);
        assertThat(queue.next()).isEqualTo(EIGHT);
        assertThat(queue.next()).isNull();
        queue.ended();
        assertThat(queue.next()).isEqualTo(theirs);
    }

    @Test
    void goesSeedBySeedOneRunAtATimeWhereTimesAreToBeCompared() {
        RunPlan first = SamplePlans.plan("rb", 64, 1, 10, 1);
        RunPlan second = SamplePlans.plan("rc", 8, 1, 1000, 1);
        RunPlan third = SamplePlans.plan("ra", 64, 1, 10, 2);
        RunQueue queue = new RunQueue(List.of(third, second, first), 8, RunOrder.SEED_BY_SEED);
        for (RunPlan expected : List.of(first, second, third)) {
            assertThat(queue.next()).isEqualTo(expected);
            assertThat(queue.next()).isNull();
            queue.ended();
        }
        assertThat(queue.next()).isNull();
    }

    /** Seed by seed, there outwards from the rule's own rate, there the costliest first; what runs alone after the others. */
    @Test
    void searchesSeedBySeedFromTheLikeliestRateOutwards() {
        List<String> started = new ArrayList<>();
        List<RunPlan> plans = new ArrayList<>();
        for (long seed : new long[] {2, 1}) {
            for (double factor : new double[] {4, 0.5, 1}) {
                plans.add(SamplePlans.searched(8, 1, seed, factor));
                plans.add(SamplePlans.searched(1, 1, seed, factor));
                plans.add(SamplePlans.searched(64, 2, seed, factor));
            }
        }
        RunQueue queue = new RunQueue(plans, 2);
        while (queue.waiting() > 0) {
            for (RunPlan plan = queue.next(); plan != null; plan = queue.next()) {
                started.add(plan.runId());
                assertThat(queue.running()).isLessThanOrEqualTo(RunQueue.runsAlone(plan) ? 1 : 2);
            }
            queue.ended();
        }
        assertThat(started)
                .containsExactly(
                        "1×1.0-1",
                        "8×1.0-1",
                        "1×0.5-1",
                        "8×0.5-1",
                        "1×4.0-1",
                        "8×4.0-1",
                        "64×1.0-1",
                        "64×0.5-1",
                        "64×4.0-1",
                        "1×1.0-2",
                        "8×1.0-2",
                        "1×0.5-2",
                        "8×0.5-2",
                        "1×4.0-2",
                        "8×4.0-2",
                        "64×1.0-2",
                        "64×0.5-2",
                        "64×4.0-2");
    }

    @Test
    void startsNothingBesideARunThatIsAlone() {
        RunQueue queue = new RunQueue(
                List.of(
                        SamplePlans.searched(64, 2, 1, 2),
                        SamplePlans.searched(8, 1, 2, 2),
                        SamplePlans.searched(1, 1, 2, 2)),
                8);
        assertThat(queue.next()).extracting(RunPlan::runId).isEqualTo("64×2.0-1");
        assertThat(queue.next()).isNull();
        queue.ended();
        assertThat(queue.next()).extracting(RunPlan::runId).isEqualTo("1×2.0-2");
        assertThat(queue.next()).extracting(RunPlan::runId).isEqualTo("8×2.0-2");
    }
}
