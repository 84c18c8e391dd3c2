package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.law.GoalTime;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final Percentage CLOSE = Percentage.withPercentage(0.1);

    private static MeasuredCluster measured(List<RunResult> runs) {
        return MeasuredCluster.of(ClusterRows.tables(runs)).orElseThrow();
    }

    private static Simulation simulated(Integer... workers) {
        MeasuredCluster measured = measured(ClusterRows.study(true, 1, 2, 4));
        return Simulation.of(measured, ClusterRows.LINK, List.of(workers));
    }

    private static FindingRecord finding(String name, List<FindingRecord> findings) {
        return findings.stream()
                .filter(row -> row.finding().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The laws that the rows were made with are found again, and the model gives back the times of all of them. */
    @Test
    void findsTheClusterAgainFromWhatRunsTook() {
        MeasuredCluster measured = measured(ClusterRows.study(true, 1, 2, 4));

        assertThat(measured.fittedWorkers()).isEqualTo(1);
        assertThat(measured.fittedRuns()).isEqualTo(8);
        assertThat(measured.local().fixedSeconds()).isCloseTo(2e-3, CLOSE);
        assertThat(measured.local().secondsPerExample()).isCloseTo(4e-6, CLOSE);
        // The links of four workers on two processors are not among them.
        assertThat(measured.link()).isEqualTo(ClusterRows.LINK);
        assertThat(measured.gradientBytes()).isEqualTo(1_000_000);
        assertThat(measured.mostWorkers()).isEqualTo(4);
        GoalLaw goal = Objects.requireNonNull(measured.goal());
        assertThat(goal.law().criticalBatchSize()).isCloseTo(1024, CLOSE);
        assertThat(measured.checks()).hasSize(12).allSatisfy(check -> {
            assertThat(check.error()).isCloseTo(0, within(1e-3));
            assertThat(check.runs()).isEqualTo(2);
            assertThat(check.fitted()).isEqualTo(check.workers() == 1);
            assertThat(check.slowdown()).isEqualTo(check.workers() == 4 ? 2 : 1);
        });
    }

    /** a = 2 ms and s(8) = 1.4 ms + 1.75 ms: 5.15 ms before the first example. */
    @Test
    void reckonsWithTheSumsOfMoreWorkers() {
        SimulatedWorkers eight = simulated(1, 8).rows().get(1);
        GoalTime truth = ClusterRows.CLUSTER.toGoal(ClusterRows.GOAL, 8);

        assertThat(eight.fixedSeconds()).isCloseTo(2e-3, CLOSE);
        assertThat(eight.sumSeconds()).isCloseTo(3.15e-3, CLOSE);
        assertThat(eight.batchSize()).isCloseTo(Math.round(truth.bestBatchSize()), Percentage.withPercentage(0.5));
        assertThat(eight.updateSeconds().value())
                .isCloseTo(5.15e-3 + eight.perWorker() * 4e-6, CLOSE)
                .isCloseTo(eight.fixedSeconds() + eight.examplesSeconds() + eight.sumSeconds(), within(1e-12));
        assertThat(eight.scalingEfficiency().value())
                .isCloseTo(1 - 3.15e-3 / eight.updateSeconds().value(), CLOSE);
        SimulatedWorkers.ToTarget target = Objects.requireNonNull(eight.toTarget());
        double alone = ClusterRows.CLUSTER.toGoal(ClusterRows.GOAL, 1).fewestSeconds();
        assertThat(target.seconds().value()).isCloseTo(truth.fewestSeconds(), CLOSE);
        assertThat(target.seconds().interval().contains(target.seconds().value()))
                .isTrue();
        assertThat(target.speedup().value()).isCloseTo(alone / truth.fewestSeconds(), CLOSE);
        assertThat(target.marginalEfficiency())
                .isCloseTo(Math.log(alone / truth.fewestSeconds()) / Math.log(8), within(1e-3));
        assertThat(target.statisticalEfficiency().value())
                .isCloseTo(1 / (1 + eight.batchSize() / 1024.0), within(1e-3));
        assertThat(Objects.requireNonNull(eight.workerHours()))
                .isCloseTo(8 * target.seconds().value() / 3600, within(1e-9));
    }

    @Test
    void saysWhichNumberOfWorkersIsFastestAndCheapestAndWhichPay() {
        Simulation simulation = simulated(1, 2, 64, 4096);
        List<FindingRecord> findings = SimulationFindings.of(simulation, 2.0);

        // 4096 workers sum for 0.8 s: longer than everything else together.
        assertThat(simulation.rows())
                .extracting(
                        row -> Objects.requireNonNull(row.toTarget()).seconds().value())
                .satisfies(seconds -> assertThat(seconds.get(3)).isGreaterThan(seconds.get(0)));
        assertThat(finding("fastest_workers", findings).value()).isEqualTo(2);
        assertThat(finding("cheapest_workers", findings).value()).isEqualTo(1);
        double hours = Objects.requireNonNull(simulation.rows().get(0).workerHours());
        assertThat(finding("cheapest_workers", findings).detail())
                .endsWith(" worker-hours that cost " + NumberText.significant(2 * hours) + ".");
        assertThat(finding("last_paying_workers", findings).value()).isEqualTo(1);
        assertThat(finding("last_paying_workers", findings).detail())
                .startsWith(
                        "Of the numbers of workers simulated the last that pays is 1: going on to 2 has a marginal efficiency of ");
        assertThat(SimulationFindings.notes(simulation))
                .anySatisfy(note ->
                        assertThat(note).startsWith("64, 4,096 workers are more than 4 times the 4 that the study had"))
                .anySatisfy(note -> assertThat(note).startsWith("only batches from 64 to 4,096 were tried"));
    }

    /** Updates of two workers at batch 1024 took a fifth longer than the laws say: the model is 1 − 1/1.2 below them. */
    @Test
    void saysHowFarTheModelIsFromWhatWasMeasured() {
        List<RunResult> runs = new ArrayList<>(ClusterRows.study(true, 1));
        runs.add(ClusterRows.run(256, 2, 1, true, 1));
        runs.add(ClusterRows.run(1024, 2, 1, true, 1.2));
        runs.add(ClusterRows.run(4096, 4, 1, true, 1.1));
        FindingRecord error = finding(
                "update_model_error",
                SimulationFindings.of(Simulation.of(measured(runs), ClusterRows.LINK, List.of(1, 8)), null));

        assertThat(error.value()).isCloseTo(1 - 1 / 1.1, within(1e-3));
        assertThat(error.detail())
                .startsWith("The model's update differs from the measured one by 9 % at the median of 3 pairs")
                .contains("it was not fitted to (0 % of those it was), by most at batch 1,024 on 2 workers: ");
    }

    /** Updates of two workers took twice what the laws say. */
    @Test
    void warnsOfAModelThatDoesNotFit() {
        List<RunResult> runs = new ArrayList<>(ClusterRows.study(true, 1));
        runs.add(ClusterRows.run(256, 2, 1, true, 2));
        Simulation simulation = Simulation.of(measured(runs), ClusterRows.LINK, List.of(1, 8));

        assertThat(SimulationFindings.notes(simulation))
                .anySatisfy(note -> assertThat(note).startsWith("the model is 50 % off at the median, "));
        assertThat(SimulationFindings.notes(simulated(1, 8)))
                .noneSatisfy(note -> assertThat(note).contains("off at the median"));
    }

    /** Half of 2 ms + 500 · 4 µs goes into examples. */
    @Test
    void withoutATargetSimulatesUpdatesOfHalfUtilisation() {
        MeasuredCluster measured = measured(ClusterRows.study(false, 1, 2));
        Simulation simulation = Simulation.of(measured, ClusterRows.LINK, List.of(1, 8, 256));

        assertThat(simulation.rows()).extracting(SimulatedWorkers::batchSize).containsExactly(500L, 4000L, 65_536L);
        assertThat(simulation.rows()).allSatisfy(row -> {
            assertThat(row.toTarget()).isNull();
            assertThat(row.workerHours()).isNull();
        });
        assertThat(SimulationFindings.of(simulation, 2.0))
                .extracting(FindingRecord::finding)
                .containsExactly("update_model_error");
        assertThat(SimulationFindings.notes(simulation).get(0))
                .isEqualTo(
                        "the time to a target is not known (no run reached a target): only updates are simulated, at as"
                                + " many examples a worker on all numbers of workers, and no cost");
    }

    @Test
    void withOneNumberOfWorkersNothingIsSaidOfALink() {
        MeasuredCluster measured = measured(ClusterRows.study(true, 1));

        assertThat(measured.link()).isNull();
        assertThat(measured.checks()).hasSize(4).allSatisfy(check -> assertThat(check.fitted())
                .isTrue());
    }

    @Test
    void twoBatchSizesAreTooFew() {
        assertThat(MeasuredCluster.of(ClusterRows.tables(
                        List.of(ClusterRows.run(64, 1, 1, true, 1), ClusterRows.run(256, 1, 1, true, 1)))))
                .isEmpty();
    }
}
