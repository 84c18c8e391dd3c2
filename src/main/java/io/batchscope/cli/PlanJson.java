package io.batchscope.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.RankDevice;
import io.batchscope.study.TimeForecast;
import io.batchscope.study.WorkerMemory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plan as a JSON document. */
final class PlanJson {
    private PlanJson() {}

    static String of(StudySetup setup, TimeForecast times) throws JsonProcessingException {
        List<Map<String, @Nullable Object>> runs =
                setup.plan().runs().stream().map(run -> row(setup, times, run)).toList();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("study", setup.plan().study());
        document.put("train_examples", setup.data().manifest().facts().trainExamples());
        document.put("model", setup.model().facts().description());
        document.put("parameter_count", setup.model().facts().parameterCount());
        document.put("replica", setup.plan().replica().kind().label());
        document.put("replica_reason", setup.plan().replica().reason());
        document.put("slots", setup.slots());
        document.put(
                "gpu_devices",
                setup.devices().stream().map(RankDevice::describe).toList());
        document.put("worker_budget_bytes", setup.memory().budget().total());
        document.put("worker_budget_heap_bytes", setup.memory().budget().heap());
        document.put("worker_budget_off_heap_bytes", setup.memory().budget().offHeap());
        document.put("notices", setup.plan().notices());
        document.put("expected_seconds", times.makespan(setup.plan().runs()));
        document.put("runs", runs);
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document) + "\n";
    }

    private static Map<String, @Nullable Object> row(StudySetup setup, TimeForecast times, RunPlan run) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("run_id", run.runId());
        row.put("recipe", run.recipe().name());
        row.put("batch_size", run.batchSize());
        row.put("final_batch_size", PlanRates.finalBatchSize(run));
        row.put("seed", run.seed());
        row.put("sync_mode", run.synchronization().mode().label());
        row.put("sync_settings", run.synchronization().settings());
        row.put("sync_every", run.synchronization().everySteps());
        row.put("update_batch", run.synchronization().updateBatch(run.batchSize(), run.workers()));
        row.put("sync_examples", run.synchronization().syncExamples(run.batchSize()));
        row.put("replica", run.replica().label());
        row.put("workers", run.workers());
        row.put("per_worker_batch", run.layout().perWorker());
        row.put("accumulation", run.layout().accumulation());
        row.put("base_learning_rate", run.baseLearningRate());
        row.put("peak_learning_rate", run.peakLearningRate());
        row.put("learning_rate_factor", run.learningRateFactor());
        row.put("optimizer", optimizer(run.optimizer()));
        row.put("regularization", run.regularization().describe());
        row.put("warmup_steps", run.warmupSteps());
        row.put("schedule", run.schedule().describe());
        row.put("pace", run.pace().describe());
        row.put("rates", PlanRates.of(run));
        row.put("rates_known", run.pace().isKnown());
        row.put("planned_steps", run.plannedSteps());
        row.put("planned_examples", run.plannedExamples());
        row.put("evaluate_every_steps", run.evaluateEvery());
        row.put("norms_every_steps", every(run, run.measures().normsEvery()));
        row.put(
                "noise_every_steps",
                run.pace().measuresNoise()
                        ? (Long) 1L
                        : every(run, run.measures().noiseEvery()));
        row.put("label_noise", run.labelNoise());
        row.put("probes", run.probes().stream().map(ProbeKind::label).toList());
        row.put("expected_seconds", times.trainSeconds(run));
        row.put("micro_batch", run.microBatch());
        putMemory(row, setup.memory(), run);
        return row;
    }

    /** Null where it is never measured. */
    private static @Nullable Long every(RunPlan run, long steps) {
        return run.usesStepLoop() && steps > 0 ? (Long) steps : null;
    }

    private static Map<String, Object> optimizer(OptimizerConfig optimizer) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", optimizer.name().name().toLowerCase(Locale.ROOT));
        row.put("momentum", optimizer.momentum());
        row.put("weight_decay", optimizer.weightDecay());
        row.put("settings", optimizer.settings());
        return row;
    }

    private static void putMemory(Map<String, @Nullable Object> row, WorkerMemory memory, RunPlan run) {
        boolean known = run.usesStepLoop();
        row.put("expected_memory_bytes", known ? memory.bytes(run) : null);
        row.put("expected_heap_bytes", known ? memory.heapBytes(run) : null);
        row.put("expected_off_heap_bytes", known ? memory.nativeBytes(run) : null);
        row.put("largest_micro_batch", known ? memory.largestMicroBatch(run) : null);
    }
}
