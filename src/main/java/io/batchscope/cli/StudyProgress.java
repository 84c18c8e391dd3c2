package io.batchscope.cli;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyStatus;
import io.batchscope.spark.RankDevice;
import io.batchscope.study.StudyListener;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * How far a study is: a bar that is redrawn on a terminal, a line every few seconds otherwise. Progress is counted in
 * examples, with a fixed amount on top for every step, since small batches take time for their steps.
 */
final class StudyProgress implements StudyListener, AutoCloseable {
    private static final long LINE_EVERY_NANOS = 5_000_000_000L;
    /** About as many examples as a step costs before its first one. */
    private static final long EXAMPLES_PER_STEP = 32;

    private final PrintStream out;
    private final StudyPlan study;
    private final Map<String, RunPlan> plans;
    private final Map<String, Long> running = new TreeMap<>();
    private final @Nullable ProgressBar bar;
    private final Set<String> toldGpus;
    private StudyStatus.Counts counts;
    private long finishedWork;
    private long lastLine = System.nanoTime();
    private boolean closed;
    private boolean ended;

    StudyProgress(StudyPlan plan, PrintStream out) {
        this(plan, List.of(), out);
    }

    /** @param devices the GPUs of a run's ranks, of which people have been told */
    @SuppressWarnings("SystemConsoleNull") // Java 17 is the newest that Spark 3.5 runs on
    StudyProgress(StudyPlan plan, List<RankDevice> devices, PrintStream out) {
        this.out = out;
        this.toldGpus = new HashSet<>(Set.of(RankDevice.describe(devices)));
        this.study = plan;
        this.plans = plan.runs().stream().collect(Collectors.toMap(RunPlan::runId, run -> run));
        this.counts = new StudyStatus.Counts(plan.runs().size(), 0, 0, 0);
        this.bar = System.console() == null
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(plan.study())
                        .setInitialMax(100)
                        .setUnit(" %", 1)
                        .setConsumer(new ConsoleProgressBarConsumer(out))
                        .build();
    }

    private static long work(RunPlan plan, long steps) {
        return steps * (EXAMPLES_PER_STEP + plan.batchSize());
    }

    @Override
    public synchronized void onStudy(StudyStatus.State state, StudyStatus.Counts now) {
        counts = now;
        show(ended);
        ended = false;
    }

    @Override
    public synchronized void onRunStarted(RunPlan plan) {
        running.put(plan.runId(), 0L);
        show(false);
    }

    @Override
    public synchronized void onContinued(RunPlan plan, long update) {
        note(String.format(
                Locale.ROOT,
                "note: run %s (%s): goes on from update %,d, where an earlier command left it",
                plan.runId(),
                study.describe(plan),
                update));
        onProgress(plan, update);
    }

    @Override
    public synchronized void onRestart(RunPlan plan, String cause, long update, int attempt, int attempts) {
        note(String.format(
                Locale.ROOT,
                "note: run %s (%s): %s; %s, attempt %d of %d",
                plan.runId(),
                study.describe(plan),
                cause,
                update == 0
                        ? "begins again, as it has no checkpoint"
                        : String.format(Locale.ROOT, "goes on from update %,d", update),
                attempt,
                attempts));
    }

    private void note(String line) {
        // A bar stands on the line that the cursor is on.
        out.println(bar == null ? line : System.lineSeparator() + line);
    }

    @Override
    public synchronized void onProgress(RunPlan plan, long stepsDone) {
        running.computeIfPresent(plan.runId(), (id, steps) -> Math.max(steps, stepsDone));
        show(false);
    }

    @Override
    public synchronized void onRunFinished(RunPlan plan, RunRecord row) {
        running.remove(plan.runId());
        finishedWork += work(plan, plan.plannedSteps());
        tellGpus(row.gpu().gpuDevices());
        // Shown with the counts that include this run, which come next.
        ended = true;
    }

    /** Which rank computed on which GPU, a line each; every distribution of ranks over GPUs is told once. */
    private void tellGpus(@Nullable String devices) {
        if (devices != null && toldGpus.add(devices)) {
            RankDevice.lines(devices).forEach(line -> note("gpu: " + line));
        }
    }

    private void show(boolean now) {
        if (closed) {
            return;
        }
        if (bar != null) {
            bar.stepTo(percent());
            bar.setExtraMessage(" " + state());
        } else if (now || System.nanoTime() - lastLine > LINE_EVERY_NANOS) {
            lastLine = System.nanoTime();
            out.println("progress: " + percent() + " %, " + state());
        }
    }

    private long percent() {
        long total = 0;
        for (RunPlan plan : plans.values()) {
            total += work(plan, plan.plannedSteps());
        }
        long done = finishedWork;
        for (Map.Entry<String, Long> run : running.entrySet()) {
            RunPlan plan = plans.get(run.getKey());
            done += plan == null ? 0 : work(plan, run.getValue());
        }
        return total == 0 ? 100 : Math.min(100, 100 * done / total);
    }

    private String state() {
        int ended = counts.planned() - counts.remaining();
        boolean recipes =
                plans.values().stream().map(RunPlan::recipe).distinct().count() > 1;
        String text = ended + " of " + counts.planned() + " runs";
        for (Map.Entry<String, Long> run : running.entrySet()) {
            RunPlan plan = plans.get(run.getKey());
            if (plan != null) {
                text += String.format(
                        Locale.ROOT,
                        ", batch %d%s seed %d at %d/%d",
                        plan.batchSize(),
                        variant(plan, recipes) + factor(plan),
                        plan.seed(),
                        run.getValue(),
                        plan.plannedSteps());
            }
        }
        return text;
    }

    /** {@code  rate × 0.5} in a search for the best rates. */
    private String factor(RunPlan plan) {
        return study.searchesRates() ? " rate " + plan.factorText() : "";
    }

    /** What beside batch size and seed tells the run from others: {@code  (linear; synchronous; 4 workers)}, or nothing. */
    private String variant(RunPlan plan, boolean recipes) {
        String words = Stream.of(
                        recipes ? plan.recipe().name() : "",
                        study.comparesModes() ? plan.synchronization().describe() : "",
                        study.comparesWorkers() ? StudyPlan.workers(plan) : "")
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining("; "));
        return words.isEmpty() ? "" : " (" + words + ")";
    }

    /** How the runs stand. */
    synchronized StudyStatus.Counts counts() {
        return counts;
    }

    @Override
    public synchronized void close() {
        if (!closed && bar != null) {
            bar.close();
        }
        closed = true;
    }
}
