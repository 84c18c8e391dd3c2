package io.batchscope.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.batchscope.config.LoadedConfig;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.spark.SparkSessions;
import io.batchscope.study.Makespan;
import io.batchscope.study.StepTime;
import io.batchscope.study.WorkerMemory;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints every run of a study with every number resolved. */
@Command(
        name = "plan",
        description = "Prints every run of a study with every number resolved; trains nothing.",
        footer = {
            "Expected times come from a calibration of about a second on this machine; sums over workers, evaluations",
            "and Deeplearning4j's jobs on Spark are not in them. Memory is what a worker needs of heap and native memory",
            "beside the JVM's own; what Deeplearning4j's own modes need is not known (-)."
        })
final class PlanCommand implements Callable<Integer> {
    private static final int USUAL_AT_ONCE = 1024;

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
            ToDoubleFunction<RunPlan> seconds = forecast(setup);
            System.out.print(json ? json(setup, seconds) : text(setup, seconds));
            return ExitCode.DONE;
        } finally {
            session.stop();
        }
    }

    /** Expected training time of each run, from a calibration of every replica that some run has. */
    static ToDoubleFunction<RunPlan> forecast(StudySetup setup) {
        Map<ReplicaKind, StepTime> times = new EnumMap<>(ReplicaKind.class);
        for (RunPlan run : setup.plan().runs()) {
            times.computeIfAbsent(
                    run.replica(),
                    kind -> StepTime.calibrate(
                            Replicas.of(setup.model(), kind),
                            setup.model().facts().inputs(),
                            atOnce(setup.plan(), kind)));
        }
        return run -> Objects.requireNonNull(times.get(run.replica())).seconds(run);
    }

    /** Examples that are measured at once. */
    private static int atOnce(StudyPlan plan, ReplicaKind kind) {
        return plan.stepLoopRuns().stream()
                .filter(run -> run.replica() == kind)
                .mapToInt(RunPlan::microBatch)
                .findFirst()
                .orElse(USUAL_AT_ONCE);
    }

    static String text(StudySetup setup, ToDoubleFunction<RunPlan> seconds) {
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
        text.append(table(setup, seconds));
        text.append(String.format(
                Locale.ROOT,
                "about %s in all on this machine%n",
                duration(Makespan.seconds(setup.plan().runs(), setup.slots(), seconds))));
        return text.toString();
    }

    private static String table(StudySetup setup, ToDoubleFunction<RunPlan> seconds) {
        boolean modes = showsModes(setup.plan());
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-16s %9s %4s %23s %s%12s %9s %9s %8s %8s  %s%s%n",
                "run",
                "batch",
                "seed",
                "workers × each × accum",
                modes ? String.format(Locale.ROOT, "%9s %9s ", "update", "agree") : "",
                "rate",
                "warmup",
                "steps",
                "≈ time",
                "≈ MiB",
                "schedule",
                modes ? "; mode" : ""));
        for (RunPlan run : setup.plan().runs()) {
            table.append(line(setup, seconds, run, modes));
        }
        if (modes) {
            table.append("update: examples whose mean gradient an update follows; agree: examples that all workers see"
                    + " from one agreement to the next\n");
        }
        return table.toString();
    }

    /** In the exact mode the effective batch sizes are the batch size. */
    private static boolean showsModes(StudyPlan plan) {
        return plan.runs().stream().anyMatch(run -> !run.synchronization().exact());
    }

    private static String line(StudySetup setup, ToDoubleFunction<RunPlan> seconds, RunPlan run, boolean modes) {
        return String.format(
                Locale.ROOT,
                "%-16s %9d %4d %23s %s%12.6g %9d %9d %8s %8s  %s%s%n",
                run.runId(),
                run.batchSize(),
                run.seed(),
                run.workers() + " × " + run.layout().perWorker() + " × "
                        + run.layout().accumulation(),
                modes ? effective(run) : "",
                run.peakLearningRate(),
                run.warmupSteps(),
                run.plannedSteps(),
                duration(seconds.applyAsDouble(run)),
                run.usesStepLoop() ? Long.toString(setup.memory().bytes(run) >> 20) : "-",
                run.schedule().describe(),
                modes ? "; " + run.synchronization().describe() : "");
    }

    private static String effective(RunPlan run) {
        Long between = run.synchronization().syncExamples(run.batchSize());
        return String.format(
                Locale.ROOT,
                "%9d %9s ",
                run.synchronization().updateBatch(run.batchSize(), run.workers()),
                between == null ? "-" : between);
    }

    static String duration(double seconds) {
        if (seconds < 100) {
            return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        }
        return seconds < 6000
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    static String json(StudySetup setup, ToDoubleFunction<RunPlan> seconds) throws JsonProcessingException {
        List<Map<String, @Nullable Object>> runs = setup.plan().runs().stream()
                .map(run -> row(setup, seconds, run))
                .toList();
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
        document.put("expected_seconds", Makespan.seconds(setup.plan().runs(), setup.slots(), seconds));
        document.put("runs", runs);
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document) + "\n";
    }

    private static Map<String, @Nullable Object> row(StudySetup setup, ToDoubleFunction<RunPlan> seconds, RunPlan run) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("run_id", run.runId());
        row.put("batch_size", run.batchSize());
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
        row.put("warmup_steps", run.warmupSteps());
        row.put("schedule", run.schedule().describe());
        row.put("planned_steps", run.plannedSteps());
        row.put("planned_examples", run.geometry().examplesAfter(run.plannedSteps()));
        row.put("evaluate_every_steps", run.evaluateEvery());
        row.put("expected_seconds", seconds.applyAsDouble(run));
        row.put("micro_batch", run.microBatch());
        putMemory(row, setup.memory(), run);
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
