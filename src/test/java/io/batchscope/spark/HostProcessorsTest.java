package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.Task;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.ProbeRecord;
import io.batchscope.testing.RunPlans;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostProcessorsTest {
    private static RankReport rank(int rank, String host, int processors) {
        return new RankReport(rank, host, null, null, null, GpuMeasures.unknown("made up"), processors, null);
    }

    @Test
    void areAtLeastAsManyAsWorkersWhereEachHasOne() {
        assertThat(HostProcessors.of(List.of(rank(0, "a", 8)))).isEqualTo(new HostProcessors(8, 8));
        assertThat(HostProcessors.of(List.of(rank(0, "a", 2), rank(1, "a", 2)))).isEqualTo(new HostProcessors(2, 1));
    }

    @Test
    void areFewerThanWorkersOnACrowdedMachine() {
        assertThat(HostProcessors.of(List.of(rank(0, "a", 2), rank(1, "a", 2), rank(2, "a", 2), rank(3, "a", 2))))
                .isEqualTo(new HostProcessors(2, 0.5));
    }

    @Test
    void areThoseOfTheMostCrowdedMachineAndAddUpOverMachines() {
        assertThat(HostProcessors.of(List.of(rank(0, "a", 16), rank(1, "b", 4), rank(2, "b", 4), rank(3, "a", 16))))
                .isEqualTo(new HostProcessors(20, 2));
    }

    @Test
    void areTheMostThatAnyProcessOfAMachineSees() {
        assertThat(HostProcessors.of(List.of(rank(0, "a", 1), rank(1, "a", 8)))).isEqualTo(new HostProcessors(8, 4));
    }

    @Test
    void becomeRowsOfTheRun() {
        var plan =
                RunPlans.sgd(Task.CLASSIFICATION, 64, 8, 1, 0.1).withWorkers(4).plan();
        assertThat(new HostProcessors(2, 0.5).rows(plan))
                .containsExactly(
                        new ProbeRecord(
                                plan.study(),
                                plan.runId(),
                                8,
                                plan.seed(),
                                0,
                                "machine",
                                "processors",
                                2,
                                null,
                                "{\"workers\":4}"),
                        new ProbeRecord(
                                plan.study(),
                                plan.runId(),
                                8,
                                plan.seed(),
                                0,
                                "machine",
                                "processors_per_worker",
                                0.5,
                                null,
                                "{\"workers\":4}"));
    }
}
