package io.batchscope.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.plan.ClusterException;
import io.batchscope.plan.Measures;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.Regularization;
import io.batchscope.plan.ReplicaChoice;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.plan.Synchronization;
import io.batchscope.plan.Task;
import io.batchscope.result.ProbeRecord;
import io.batchscope.study.WorkerMemory.DataSize;
import io.batchscope.testing.RegularizedPlan;
import io.batchscope.testing.RunPlans;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A run of 100 examples of 6 features, batch 20, micro-batch 4; a model of 1000 parameters and 3 outputs. */
class WorkerMemoryTest {
    private static final RunPlans PLANS =
            RunPlans.sgd(Task.REGRESSION, 100, 20, 30, 0.1).withMeasures(Measures.NONE);
    private static final ModelFacts MODEL =
            new ModelFacts("m", "a model", 1000, 6, 3, Task.REGRESSION, false, List.of());
    private static final DataSize DATA = new DataSize(10, 20);
    private static final NativeLaw LAW =
            new NativeLaw(List.of(new NativeLaw.Point(1, 8100), new NativeLaw.Point(8, 8800)));

    /** Parameters twice, gradient, the replica's copy; the order of 100 examples, a batch of 20; 120 examples. */
    private static final long FIXED = 4 * 4 * 1000 + 4 * (100 + 20) + 120 * 10;

    private static WorkerMemory memory(long total) {
        return new WorkerMemory(MODEL, DATA, new WorkerBudget(1 << 30, 1 << 30, total, true, 1, 0), LAW);
    }

    private static StudyPlan study(RunPlan... runs) {
        return new StudyPlan("s", new ReplicaChoice(ReplicaKind.FUSED, "it compiles"), List.of(runs), List.of());
    }

    @Test
    void theHeapHoldsVectorsExamplesAndMicroBatches() {
        WorkerMemory memory = memory(1 << 30);
        // 32 small buffers of the feeder, one of the evaluator, labels of 3 numbers
        long microBatches = 33 * 4 * (6 * 4 + 12) + 4 * 3 * 4;
        assertThat(memory.heapBytes(PLANS.plan())).isEqualTo(FIXED + microBatches);
        assertThat(memory.nativeBytes(PLANS.plan())).isEqualTo(8000 + 4 * 100);
        assertThat(memory.bytes(PLANS.plan())).isEqualTo(FIXED + microBatches + 8400);

        OptimizerConfig adam = new OptimizerConfig(OptimizerConfig.Name.ADAM, 0, 0, 0.9, 0.999, 1e-8);
        assertThat(memory.need(PLANS.withOptimizer(adam).withWorkers(3).plan()).fixedBytes())
                .isEqualTo(8 * 4 * 1000 + 4 * (34 + 20) + (34 + 7) * 10);
    }

    @Test
    void whatIsMeasuredTakesVectorsToo() {
        WorkerMemory memory = memory(1 << 30);
        // Where the parameters began.
        RunPlan norms = PLANS.withMeasures(new Measures(5, 0, 1)).plan();
        assertThat(memory.need(norms).fixedBytes()).isEqualTo(FIXED + 4 * 1000);
        // One difference of gradients, and 64 examples.
        RunPlan noise = PLANS.withMeasures(new Measures(0, 5, 1)).plan();
        assertThat(memory.need(noise).fixedBytes()).isEqualTo(FIXED + 4 * 1000 + 64 * (6 * 4 + 12));
    }

    @Test
    void runsOfOneWorkerShareExamplesThatCanBeKept() {
        WorkerBudget four = new WorkerBudget(1 << 30, 1 << 30, 1 << 30, false, 4, 1200);
        WorkerBudget little = new WorkerBudget(1 << 30, 1 << 30, 1 << 30, false, 4, 1199);
        RunPlan alone = PLANS.plan();
        assertThat(new WorkerMemory(MODEL, DATA, four, LAW).need(alone).exampleBytes())
                .isEqualTo(300);
        assertThat(new WorkerMemory(MODEL, DATA, little, LAW).need(alone).exampleBytes())
                .isEqualTo(1200);
        assertThat(new WorkerMemory(MODEL, DATA, four, LAW)
                        .need(PLANS.withWorkers(2).plan())
                        .exampleBytes())
                .isEqualTo(600);
    }

    @Test
    void theLargestMicroBatchIsTheLastThatFits() {
        RunPlan plan = PLANS.plan();
        long all = memory(1 << 30).largestMicroBatch(plan);
        assertThat(all).isEqualTo(100);
        // A micro-batch of 50: 33 buffers of 36 bytes an example, 12 for its outputs, 100 in the network.
        long fifty = FIXED + 50 * (33 * 36 + 12 + 100) + 8000;
        assertThat(memory(fifty).largestMicroBatch(plan)).isEqualTo(50);
        assertThat(memory(fifty - 1).largestMicroBatch(plan)).isEqualTo(49);
        assertThat(memory(100).largestMicroBatch(plan)).isZero();
    }

    @Test
    void everyRunLeavesWhatWasMeasured() {
        RunPlan plan = PLANS.plan();
        long fifty = FIXED + 50 * (33 * 36 + 12 + 100) + 8000;
        List<ProbeRecord> rows = memory(fifty).rows(plan);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.probe()).isEqualTo("memory");
            assertThat(row.runId()).isEqualTo(plan.runId());
            assertThat(row.settings()).isEqualTo("{\"workers\":1,\"measured_at\":[1, 8]}");
        });
        assertThat(rows)
                .extracting(ProbeRecord::metric)
                .containsExactly(
                        "budget_bytes",
                        "fixed_bytes",
                        "bytes_per_example",
                        "largest_micro_batch",
                        "predicted_heap_bytes",
                        "predicted_native_bytes");
        assertThat(rows)
                .extracting(ProbeRecord::value)
                .containsExactly(
                        (double) fifty,
                        (double) FIXED + 8000,
                        33.0 * 36 + 12 + 100,
                        50.0,
                        FIXED + 33.0 * 4 * 36 + 4 * 12,
                        8000.0 + 4 * 100);
    }

    /** What Deeplearning4j's own modes need has not been measured, so nothing is said of it and nothing changed. */
    @Test
    void countsOnlyWhatTheStepLoopTrains() {
        RunPlan theirs = SamplePlans.plan("rt", 64, 2, 10, new Synchronization.Dl4jParameterAveraging(8));
        StudyPlan both = study(theirs, PLANS.withMicroBatch(16).plan());
        WorkerMemory memory = memory(30_000);

        assertThat(WorkerMemory.needs(both, MODEL, DATA, memory.budget()))
                .containsExactly(memory.need(PLANS.withMicroBatch(16).plan()));
        assertThat(memory.settle(both, OptionalInt.empty(), new MemoryFit(LAW, 4, null))
                        .runs())
                .extracting(RunPlan::microBatch)
                .containsExactly(theirs.microBatch(), 4);
        assertThat(memory.rows(theirs)).isEmpty();
    }

    @Test
    void aSmallerMicroBatchIsPlannedForAllAndSaid() {
        RunPlan large = PLANS.withMicroBatch(16).plan();
        StudyPlan settled = memory(30_000).settle(study(large), OptionalInt.empty(), new MemoryFit(LAW, 4, null));

        assertThat(settled.runs()).extracting(RunPlan::microBatch).containsExactly(4);
        assertThat(settled.runs()).extracting(RunPlan::runId).containsExactly(large.runId());
        assertThat(settled.notices()).singleElement().satisfies(notice -> assertThat(notice)
                .startsWith("micro-batch 4 instead of 16 (study.sync.micro-batch): a worker may use 29.3 KiB"
                        + " (study.sync.memory-per-worker; of it up to 29.3 KiB of heap and 29.3 KiB outside)"
                        + " and would need ")
                .contains("15.6 KiB for parameters, gradient and optimizer state, 1.6 KiB for examples, ")
                .endsWith("outside for the network); gradients are added up over more parts"));
        assertThat(memory(1 << 30).settle(study(large), OptionalInt.empty(), new MemoryFit(LAW, 16, null)))
                .isEqualTo(study(large));
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheNumbers() {
        assertThatThrownBy(() ->
                        memory(20_000).settle(study(PLANS.plan()), OptionalInt.empty(), new MemoryFit(LAW, 0, null)))
                .isInstanceOf(ClusterException.class)
                .hasMessage(
                        "memory of a worker (study.sync.memory-per-worker): a worker must have room for 1 example at"
                                + " once, which needs 26.3 KiB (18.4 KiB of heap: 15.6 KiB for parameters, gradient and"
                                + " optimizer state, 1.6 KiB for examples, 1.2 KiB for micro-batches; 7.9 KiB outside for the"
                                + " network), but may use 19.5 KiB (study.sync.memory-per-worker; of it up to 19.5 KiB of heap"
                                + " and 19.5 KiB outside); raise study.sync.memory-per-worker, give executors more memory"
                                + " (spark.executor.memory, spark.executor.memoryOverhead) or fewer cores, or spread the examples"
                                + " over more workers (--set sync.workers=…)");
        assertThatThrownBy(() ->
                        memory(30_000).settle(study(PLANS.plan()), OptionalInt.of(64), new MemoryFit(LAW, 0, null)))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith(
                        "micro-batch 64 (study.sync.micro-batch): a worker must have room for 64 examples"
                                + " at once, which needs ")
                .hasMessageContaining("; ask for fewer (--set sync.micro-batch=3 or auto), raise");
        assertThatThrownBy(() -> memory(30_000)
                        .settle(
                                study(PLANS.plan()),
                                OptionalInt.empty(),
                                new MemoryFit(NativeLaw.NONE, 0, "none left; free some")))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith(
                        "memory of a worker (executors): must hold a replica with a micro-batch of 1, but"
                                + " none left; free some");
    }

    private static RunPlan ghosts(int size) {
        return RegularizedPlan.of(PLANS.plan(), new Regularization(0, size));
    }

    @Test
    void memoryLeavesGhostBatchesAsTheyAre() {
        StudyPlan both = study(ghosts(8), PLANS.withMicroBatch(64).plan(), ghosts(3));
        WorkerMemory memory = memory(1 << 30);

        assertThat(WorkerMemory.least(both, OptionalInt.empty())).isEqualTo(8);
        assertThat(WorkerMemory.least(both, OptionalInt.of(64))).isEqualTo(64);
        assertThat(WorkerMemory.least(study(PLANS.plan()), OptionalInt.empty())).isEqualTo(1);
        StudyPlan settled = memory.settle(both, OptionalInt.empty(), new MemoryFit(LAW, 16, null));
        assertThat(settled.runs()).extracting(RunPlan::microBatch).containsExactly(8, 16, 3);
        assertThat(settled.notices()).singleElement().asString().startsWith("micro-batch 16 instead of 64");
        StudyPlan onlyGhosts = study(ghosts(8), ghosts(3));
        assertThat(memory.settle(onlyGhosts, OptionalInt.empty(), new MemoryFit(LAW, 8, null)))
                .isEqualTo(onlyGhosts);
    }

    @Test
    void aGhostBatchThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> memory(30_000)
                        .settle(study(PLANS.plan(), ghosts(64)), OptionalInt.empty(), new MemoryFit(LAW, 0, null)))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith(
                        "ghost batch 64 (study.regularization.ghost-batch): a worker must have room for 64"
                                + " examples at once, which needs ")
                .hasMessageContaining("; ask for a smaller one (--set regularization.ghost-batch=3), raise");
    }
}
