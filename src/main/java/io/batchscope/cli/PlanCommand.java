package io.batchscope.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.batchscope.config.LoadedConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.SparkSessions;
import io.batchscope.study.Makespan;
import io.batchscope.study.StepTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints every run of a study with every number resolved. */
@Command(
        name = "plan",
        description = "Prints every run of a study with every number resolved; trains nothing.",
        footer = {
            "Expected times come from a calibration of about a second on this machine; sums over workers and",
            "evaluations are not in them. Memory is what a worker needs of heap and native memory beside the JVM's own."
        })
final class PlanCommand implements Callable<Integer> {
    @Mixin
    private StudyOptions options;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        LoadedConfig loaded = options.load();
        SparkSession session = SparkSessions.open(loaded.config().sync().timeoutSeconds());
        try {
            StudySetup setup = StudySetup.of(session, loaded);
            StepTime time = StepTime.calibrate(
                    setup.replicas(),
                    setup.model().facts().inputs(),
                    setup.plan().runs().get(0).microBatch());
            System.out.print(json ? json(setup, time) : text(setup, time));
            return ExitCode.DONE;
        } finally {
            session.stop();
        }
    }

    static String text(StudySetup setup, StepTime time) {
        StringBuilder text = new StringBuilder();
        var model = setup.model().facts();
        text.append(String.format(
                Locale.ROOT,
                "study %s: %d runs, %,d training examples, %s with %,d parameters, %d slots%n",
                setup.plan().study(),
                setup.plan().runs().size(),
                setup.data().manifest().facts().trainExamples(),
                model.description(),
                model.parameterCount(),
                setup.slots()));
        text.append(setup.replicaLine());
        text.append(String.format(Locale.ROOT, "%-10s %s%n", "memory", setup.memoryLine()));
        setup.plan()
                .notices()
                .forEach(notice -> text.append("note: ").append(notice).append('\n'));
        text.append(String.format(
                Locale.ROOT,
                "%-16s %9s %4s %23s %12s %9s %9s %8s %8s  %s%n",
                "run",
                "batch",
                "seed",
                "workers × each × accum",
                "rate",
                "warmup",
                "steps",
                "≈ time",
                "≈ MiB",
                "schedule"));
        for (RunPlan run : setup.plan().runs()) {
            text.append(line(setup, time, run));
        }
        text.append(String.format(
                Locale.ROOT,
                "about %s in all on this machine%n",
                duration(Makespan.seconds(setup.plan().runs(), setup.slots(), time::seconds))));
        return text.toString();
    }

    private static String line(StudySetup setup, StepTime time, RunPlan run) {
        return String.format(
                Locale.ROOT,
                "%-16s %9d %4d %23s %12.6g %9d %9d %8s %8d  %s%n",
                run.runId(),
                run.batchSize(),
                run.seed(),
                run.workers() + " × " + run.layout().perWorker() + " × "
                        + run.layout().accumulation(),
                run.peakLearningRate(),
                run.warmupSteps(),
                run.plannedSteps(),
                duration(time.seconds(run)),
                setup.memory().bytes(run) >> 20,
                run.schedule().describe());
    }

    static String duration(double seconds) {
        if (seconds < 100) {
            return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        }
        return seconds < 6000
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    static String json(StudySetup setup, StepTime time) throws JsonProcessingException {
        List<Map<String, Object>> runs = new ArrayList<>();
        for (RunPlan run : setup.plan().runs()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("run_id", run.runId());
            row.put("batch_size", run.batchSize());
            row.put("seed", run.seed());
            row.put("workers", run.workers());
            row.put("per_worker_batch", run.layout().perWorker());
            row.put("accumulation", run.layout().accumulation());
            row.put("base_learning_rate", run.baseLearningRate());
            row.put("peak_learning_rate", run.peakLearningRate());
            row.put("warmup_steps", run.warmupSteps());
            row.put("schedule", run.schedule().describe());
            row.put("planned_steps", run.plannedSteps());
            row.put("planned_examples", run.geometry().examplesAfter(run.plannedSteps()));
            row.put("evaluate_every_steps", run.evaluateEvery());
            row.put("expected_seconds", time.seconds(run));
            row.put("micro_batch", run.microBatch());
            row.put("expected_memory_bytes", setup.memory().bytes(run));
            row.put("expected_heap_bytes", setup.memory().heapBytes(run));
            row.put("expected_off_heap_bytes", setup.memory().nativeBytes(run));
            row.put("largest_micro_batch", setup.memory().largestMicroBatch(run));
            runs.add(row);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("study", setup.plan().study());
        document.put("train_examples", setup.data().manifest().facts().trainExamples());
        document.put("model", setup.model().facts().description());
        document.put("parameter_count", setup.model().facts().parameterCount());
        document.put("replica", setup.plan().replica().kind().label());
        document.put("replica_reason", setup.plan().replica().reason());
        document.put("slots", setup.slots());
        document.put("worker_budget_bytes", setup.memory().budget().total());
        document.put("worker_budget_heap_bytes", setup.memory().budget().heap());
        document.put("worker_budget_off_heap_bytes", setup.memory().budget().offHeap());
        document.put("notices", setup.plan().notices());
        document.put("expected_seconds", Makespan.seconds(setup.plan().runs(), setup.slots(), time::seconds));
        document.put("runs", runs);
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document) + "\n";
    }
}
