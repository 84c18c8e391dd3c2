package io.batchscope.study;

import io.batchscope.analysis.NumberText;
import io.batchscope.plan.ClusterException;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.result.ProbeRecord;
import io.batchscope.train.LoopMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The memory of a study's workers: what a worker has and what it needs, as a function of its run and its micro-batch.
 *
 * @param model the study's model
 * @param data how much the examples take
 * @param budget of one worker
 * @param law native memory of a replica, as measured on the executors
 */
public record WorkerMemory(ModelFacts model, DataSize data, WorkerBudget budget, NativeLaw law) {
    /** Name of these measurements in the table {@code probes}. */
    public static final String PROBE = "memory";

    /**
     * How much the examples take.
     *
     * @param bytesPerExample in a worker's memory
     * @param evaluationExamples of the validation and the test split together
     */
    public record DataSize(long bytesPerExample, long evaluationExamples) {}

    /** What a worker of the run needs of the heap. */
    public WorkerNeed need(RunPlan plan) {
        return need(plan, model, data, budget);
    }

    /** What the workers of the step loop's runs need of the heap, each once; what Deeplearning4j's need is not known. */
    public static List<WorkerNeed> needs(StudyPlan study, ModelFacts model, DataSize data, WorkerBudget budget) {
        return study.stepLoopRuns().stream()
                .map(plan -> need(plan, model, data, budget))
                .distinct()
                .toList();
    }

    private static WorkerNeed need(RunPlan plan, ModelFacts model, DataSize data, WorkerBudget budget) {
        long workers = plan.workers();
        long examples = parts(plan.trainExamples(), workers) + parts(data.evaluationExamples(), workers);
        long bytes = examples * data.bytesPerExample();
        // Runs of one worker that go side by side in one process read the same examples, as long as they can be kept.
        boolean shared = workers == 1 && bytes <= budget.shared();
        return new WorkerNeed(LoopMemory.of(plan, model), shared ? parts(bytes, budget.tasks()) : bytes);
    }

    private static long parts(long whole, long parts) {
        return (whole + parts - 1) / parts;
    }

    /** What a worker of the run needs with its micro-batch, heap and native memory together; the JVM's own apart. */
    public long bytes(RunPlan plan) {
        return heapBytes(plan) + nativeBytes(plan);
    }

    /** Of these the heap. */
    public long heapBytes(RunPlan plan) {
        return need(plan).heapBytes(plan.microBatch());
    }

    /** Of these the replica's native memory. */
    public long nativeBytes(RunPlan plan) {
        return law.bytes(plan.microBatch());
    }

    /** The largest micro-batch with which a worker of the run fits, at most the training set; 0 if none does. */
    public long largestMicroBatch(RunPlan plan) {
        WorkerNeed own = need(plan);
        WorkerNeed need = new WorkerNeed(own.loop().unshared(), own.exampleBytes());
        long fits = 0;
        long beyond = plan.trainExamples() + 1;
        while (beyond - fits > 1) {
            long middle = (fits + beyond) / 2;
            if (budget.holds(need.heapBytes(middle), law.bytes(middle))) {
                fits = middle;
            } else {
                beyond = middle;
            }
        }
        return fits;
    }

    /**
     * The micro-batch below which a study cannot go: the one that it asks for or, where that is chosen, its largest ghost
     * batch, which memory must not change; 1 without either.
     */
    public static int least(StudyPlan study, OptionalInt asked) {
        return study.stepLoopRuns().stream()
                .mapToInt(run -> run.regularization().ghostBatch() > 0 ? run.microBatch() : asked.orElse(1))
                .max()
                .orElse(1);
    }

    /**
     * The plan with the micro-batch that all executors hold; ghost batches stay as they are. Only of a study with runs of the step loop.
     *
     * @param asked what the study asks for; empty: chosen
     * @param fit what the executors agreed on
     * @throws ClusterException if some worker does not fit, with what it needs and what it has
     */
    public StudyPlan settle(StudyPlan study, OptionalInt asked, MemoryFit fit) {
        if (fit.failure() != null) {
            throw new ClusterException(
                    "memory of a worker (executors): must hold a replica with a micro-batch of 1, but "
                            + fit.failure());
        }
        if (fit.microBatch() == 0) {
            int least = least(study, asked);
            RunPlan largest = study.stepLoopRuns().stream()
                    .max(Comparator.comparingLong(plan -> need(plan).heapBytes(least)))
                    .orElseThrow();
            throw new ClusterException(refusal(largest, least, asked.isPresent() && asked.getAsInt() == least));
        }
        Optional<RunPlan> chosen = study.stepLoopRuns().stream()
                .filter(run -> run.regularization().ghostBatch() == 0)
                .findFirst();
        if (asked.isPresent()
                || chosen.isEmpty()
                || fit.microBatch() >= chosen.get().microBatch()) {
            return study;
        }
        RunPlan any = chosen.get();
        int usual = any.microBatch();
        return study.withMicroBatch(fit.microBatch())
                .with("micro-batch " + fit.microBatch() + " instead of " + usual
                        + " (study.sync.micro-batch): a worker may use " + budget.describe() + " and would need "
                        + needed(any, usual) + "; gradients are added up over more parts");
    }

    /** @param asked whether {@code microBatch} is what the study asks for; else it is a ghost batch, or 1 */
    private String refusal(RunPlan plan, int microBatch, boolean asked) {
        long fitting = asked || microBatch > 1 ? largestMicroBatch(plan) : 0;
        String what = "memory of a worker (study.sync.memory-per-worker)";
        String fewer = "";
        if (asked) {
            what = "micro-batch " + microBatch + " (study.sync.micro-batch)";
            fewer = "ask for fewer (--set sync.micro-batch=" + fitting + " or auto), ";
        } else if (microBatch > 1) {
            what = "ghost batch " + microBatch + " (study.regularization.ghost-batch)";
            fewer = "ask for a smaller one (--set regularization.ghost-batch=" + fitting + "), ";
        }
        String ways = (fitting > 0 ? fewer : "")
                + (budget.asked() ? "raise study.sync.memory-per-worker, " : "")
                + "give executors more memory (spark.executor.memory, spark.executor.memoryOverhead) or fewer cores,"
                + " or spread the examples over more workers (--set sync.workers=…)";
        return what + ": a worker must have room for " + microBatch + (microBatch == 1 ? " example" : " examples")
                + " at once, which needs " + needed(plan, microBatch) + ", but may use " + budget.describe() + "; "
                + ways;
    }

    /** What is needed, piece by piece. */
    private String needed(RunPlan plan, int microBatch) {
        WorkerNeed need = need(plan);
        String outside = law.points().isEmpty()
                ? "the network not counted"
                : NumberText.bytes(law.bytes(microBatch)) + " outside for the network";
        return NumberText.bytes(need.heapBytes(microBatch) + law.bytes(microBatch)) + " ("
                + NumberText.bytes(need.heapBytes(microBatch)) + " of heap: "
                + NumberText.bytes(need.loop().parameterBytes()) + " for parameters, gradient and optimizer state, "
                + NumberText.bytes(need.exampleBytes() + need.loop().orderBytes()) + " for examples, "
                + NumberText.bytes(need.loop().microBatchBytes(microBatch)) + " for micro-batches; "
                + outside + ")";
    }

    /** What was measured and what follows for the run, as rows of {@code probes}; none of a run that Deeplearning4j trains. */
    public List<ProbeRecord> rows(RunPlan plan) {
        if (!plan.usesStepLoop()) {
            return List.of();
        }
        WorkerNeed need = need(plan);
        WorkerNeed any = new WorkerNeed(need.loop().unshared(), need.exampleBytes());
        long largest = largestMicroBatch(plan);
        double fixed = any.heapBytes(1) + law.bytes(1);
        double perExample = largest < 2 ? 0 : (any.heapBytes(largest) + law.bytes(largest) - fixed) / (largest - 1);
        List<ProbeRecord> rows = new ArrayList<>(List.of(
                row(plan, "budget_bytes", budget.total()),
                row(plan, "fixed_bytes", Math.max(0, fixed - perExample)),
                row(plan, "bytes_per_example", perExample),
                row(plan, "largest_micro_batch", largest),
                row(plan, "predicted_heap_bytes", heapBytes(plan))));
        if (!law.points().isEmpty()) {
            rows.add(row(plan, "predicted_native_bytes", nativeBytes(plan)));
        }
        return List.copyOf(rows);
    }

    private ProbeRecord row(RunPlan plan, String metric, double value) {
        return new ProbeRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                0,
                PROBE,
                metric,
                value,
                null,
                "{\"workers\":" + plan.workers() + ",\"measured_at\":[" + law.sizes() + "]}");
    }
}
