package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Studies with several numbers of workers. */
class ComparedWorkersTest {
    private static Studies on(Integer... workers) {
        return ordinary().sync(List.of(workers), 256, 60);
    }

    @Test
    void planEveryRunWithEachNumber() {
        List<RunPlan> runs = on(4, 1, 2).batches(64, 256).seeds(1L, 2L).plan().runs();

        assertThat(runs)
                .extracting(run -> run.batchSize() + " on " + run.workers() + " seed " + run.seed())
                .containsExactly(
                        "64 on 1 seed 1",
                        "64 on 1 seed 2",
                        "64 on 2 seed 1",
                        "64 on 2 seed 2",
                        "64 on 4 seed 1",
                        "64 on 4 seed 2",
                        "256 on 1 seed 1",
                        "256 on 1 seed 2",
                        "256 on 2 seed 1",
                        "256 on 2 seed 2",
                        "256 on 4 seed 1",
                        "256 on 4 seed 2");
        assertThat(runs).extracting(run -> run.layout().perWorker()).contains(64L, 32L, 16L, 256L, 128L);
    }

    @Test
    void showAllNumbersTheSameExamplesInTheSameOrder() {
        assertThat(on(1, 3, 4).plan().runs()).extracting(RunPlan::lanes).containsOnly(60);
    }

    @Test
    void nameRunsAsStudiesWithOneNumberDo() {
        List<RunPlan> runs = on(1, 2, 4).plan().runs();

        assertThat(runs).extracting(RunPlan::runId).doesNotHaveDuplicates();
        for (RunPlan run : runs) {
            assertThat(run.runId()).isEqualTo(on(run.workers()).run().runId());
        }
    }

    /** Otherwise a run would go on from a checkpoint of another one, and its time would be that of part of it. */
    @Test
    void keepCheckpointsOfNumbersApart() {
        assertThat(on(1, 2, 4).plan().runs()).extracting(RunPlan::trainingId).doesNotHaveDuplicates();
        assertThat(on(2).run().trainingId()).isEqualTo(on(4).run().trainingId());
    }

    @Test
    void keepTheNamesOfTrainingsWhereMemoryChoosesTheMicroBatch() {
        StudyPlan plan = on(1, 2).plan();

        assertThat(plan.withMicroBatch(16).runs())
                .extracting(RunPlan::trainingId)
                .isEqualTo(plan.runs().stream().map(RunPlan::trainingId).toList());
    }

    @Test
    void tellRunsApartByTheirWorkers() {
        StudyPlan several = on(1, 4).plan();
        StudyPlan chosen =
                ordinary().batches(64, 2048).sync(OptionalInt.empty(), 256, 60).plan();

        assertThat(several.runs().stream().map(several::describe))
                .containsExactly("batch 64, 1 worker", "batch 64, 4 workers");
        assertThat(chosen.runs()).extracting(RunPlan::workers).doesNotHaveDuplicates();
        assertThat(chosen.runs().stream().map(chosen::describe)).containsExactly("batch 64", "batch 2048");
    }

    @Test
    void sayThatTimesDoNotCompareWhereRunsOfOneWorkerGoSideBySide() {
        String note = "runs of one worker (study.sync.workers) go side by side where there are slots, those of more one"
                + " after the other, so that their times do not compare; --set order=seed-by-seed trains one at a time";

        assertThat(on(1, 2).plan().notices()).contains(note);
        assertThat(on(2, 4).plan().notices()).doesNotContain(note);
        assertThat(on(1).plan().notices()).doesNotContain(note);
    }

    @Test
    void areRefusedWhereTheLargestExceedsTheSlots() {
        assertThatThrownBy(() -> on(1, 2, 8).plan())
                .isInstanceOf(ClusterException.class)
                .hasMessage("8 workers (study.sync.workers): must not exceed the cluster's task slots, but there are 4;"
                        + " ask for fewer (--set sync.workers=[1, 2] or auto), or give Spark more slots (more executors"
                        + " or cores, BATCHSCOPE_MASTER=local[8] on this machine)");
    }

    @Test
    void areRefusedForDeeplearning4jWhereTheLargestExceedsABatch() {
        Studies study = on(1, 4).batches(2, 64).mode(new Synchronization.Dl4jParameterAveraging(2));

        assertThatThrownBy(study::plan)
                .isInstanceOf(PlanException.class)
                .hasMessageContaining("must have an example for every worker, but there are 4 workers at batch size 2");
    }
}
