package io.batchscope.cli;

import io.batchscope.data.Manifest;
import io.batchscope.data.Split;
import io.batchscope.fused.NativeMemory;
import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig.SyncConfig;
import io.batchscope.plan.StudyPlan;
import io.batchscope.spark.ExecutorMemories;
import io.batchscope.spark.GpuTasks;
import io.batchscope.study.MemoryFit;
import io.batchscope.study.MicroBatchSearch;
import io.batchscope.study.NativeLaw;
import io.batchscope.study.WorkerBudget;
import io.batchscope.study.WorkerMemory;
import io.batchscope.study.WorkerMemory.DataSize;
import io.batchscope.train.ReplicaFactory;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.spark.sql.SparkSession;

/**
 * Has the executors measure what a worker needs, and agrees with them on a micro-batch.
 *
 * @param memory what a worker needs and has
 * @param settledPlan the plan with that micro-batch
 */
record MemorySurvey(WorkerMemory memory, StudyPlan settledPlan) {
    /**
     * Asks every executor.
     *
     * @param slots tasks that can run at the same time
     * @param gpus the tasks that will train
     * @param draft the plan with the micro-batch that is asked for, or the most that makes sense
     * @throws io.batchscope.plan.ClusterException if some worker does not fit
     */
    static MemorySurvey of(
            SparkSession session,
            int slots,
            GpuTasks gpus,
            ReplicaFactory replicas,
            SyncConfig sync,
            StudyPlan draft,
            Model model,
            Manifest manifest) {
        WorkerBudget budget = WorkerBudget.of(
                ExecutorMemories.of(session, slots, NativeMemory::mostBytes, NativeMemory::mostProcessBytes),
                sync.memoryPerWorker(),
                StudySetup.atOnce(draft, gpus.presentSlots()));
        DataSize data = new DataSize(
                StoredSize.bytesPerExample(manifest),
                manifest.examples(Split.VALIDATION) + manifest.examples(Split.TEST));
        if (draft.stepLoopRuns().isEmpty()) {
            return new MemorySurvey(new WorkerMemory(model.facts(), data, budget, NativeLaw.NONE), draft);
        }
        MicroBatchSearch search = new MicroBatchSearch(
                replicas, model.facts().inputs(), WorkerMemory.needs(draft, model.facts(), data, budget), budget);
        OptionalInt asked = sync.microBatch();
        int most = draft.stepLoopRuns().stream()
                .mapToInt(RunPlan::microBatch)
                .max()
                .orElseThrow();
        OnceAJvm once = new OnceAJvm(UUID.randomUUID().toString(), search, WorkerMemory.least(draft, asked), most);
        List<MemoryFit> fits = gpus.answers(gpus.presentSlots(), replicas, once::answer);
        MemoryFit agreed = fits.stream().reduce(MemoryFit::and).orElseThrow();
        WorkerMemory memory = new WorkerMemory(model.facts(), data, budget, agreed.law());
        return new MemorySurvey(memory, memory.settle(draft, asked, agreed));
    }

    /** The slots of an executor share what the first of them measures: to measure takes the time and memory of a worker. */
    private record OnceAJvm(String id, MicroBatchSearch search, int least, int most) implements Serializable {
        private static String latestId = "";
        private static MemoryFit latest = new MemoryFit(NativeLaw.NONE, 0, null);

        MemoryFit answer(ReplicaFactory own) {
            synchronized (OnceAJvm.class) {
                if (!latestId.equals(id)) {
                    latest = search.with(own).between(least, most);
                    latestId = id;
                }
                return latest;
            }
        }
    }
}
