package io.batchscope.study;

import io.batchscope.plan.RunOrder;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.result.Outcome;
import io.batchscope.result.ResultStore;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StudyStatus;
import io.batchscope.train.Parameters;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingEngine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains the runs of a study that the store does not have yet and writes each one's rows as soon as it ends. Runs are
 * trained by a few threads; the calling thread starts them, keeps models and writes rows, so an interrupted run never
 * interrupts a write. Used once.
 */
public final class StudyRunner {
    private static final Logger LOG = LoggerFactory.getLogger(StudyRunner.class);

    private final TrainingEngine engine;
    private final ResultStore store;
    private final int slots;
    private final RunOrder order;
    private final RunRecords records;
    private final ModelKeeper models;
    private final StudyListener listener;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile boolean stopped;

    /** @param slots one-worker runs trained at the same time, at least 1 */
    public StudyRunner(
            TrainingEngine engine,
            ResultStore store,
            int slots,
            RunRecords records,
            ModelKeeper models,
            StudyListener listener) {
        this(engine, store, slots, RunOrder.COSTLIEST_FIRST, records, models, listener);
    }

    /** One that trains the runs in this order. */
    public StudyRunner(
            TrainingEngine engine,
            ResultStore store,
            int slots,
            RunOrder order,
            RunRecords records,
            ModelKeeper models,
            StudyListener listener) {
        if (slots < 1) {
            throw new IllegalArgumentException("slots must be at least 1, but is " + slots);
        }
        this.engine = engine;
        this.store = store;
        this.slots = slots;
        this.order = order;
        this.records = records;
        this.models = models;
        this.listener = listener;
    }

    private sealed interface Event {
        record Ended(RunPlan plan, Instant startedAt, TrainedRun run) implements Event {}

        /** The engine broke in a way that is not a failed run, such as too little memory. */
        record Broken(Throwable cause) implements Event {}

        record Stop() implements Event {}
    }

    /**
     * Ends the study early, from any thread: no run is started any more and the threads of running ones are
     * interrupted. A run that this makes fail is not written: it is as if it had not begun. An interrupt of the thread
     * in {@link #run} does the same.
     */
    public void stop() {
        stopped = true;
        events.add(new Event.Stop());
    }

    /**
     * Trains what is left of a study. A run that fails is written as such and does not end the study.
     *
     * @throws RuntimeException what the store or the model keeper threw; the runs that were under way have ended, no
     *     other was started, and what could be written was
     */
    public StudyOutcome run(StudyPlan study) {
        Set<String> finished = store.finishedRuns();
        StudyStatus.Counts before = alreadyDone(study, finished);
        List<RunPlan> left = study.runs().stream()
                .filter(plan -> !finished.contains(plan.runId()))
                .toList();
        LOG.info(
                "study {}: {} of {} runs are left to do",
                study.study(),
                left.size(),
                study.runs().size());
        Progress progress = new Progress(new RunQueue(left, slots, order), before);
        listener.onStudy(StudyStatus.State.RUNNING, progress.counts);
        if (!left.isEmpty()) {
            trainAll(progress, Math.min(slots, left.size()));
        }
        StudyOutcome outcome =
                new StudyOutcome(progress.counts, progress.trained, stopped && progress.trained < left.size());
        listener.onStudy(outcome.state(), outcome.counts());
        return outcome;
    }

    private StudyStatus.Counts alreadyDone(StudyPlan study, Set<String> finished) {
        StudyStatus.Counts counts = new StudyStatus.Counts(study.runs().size(), 0, 0, 0);
        if (finished.isEmpty()) {
            return counts;
        }
        Map<String, String> outcomes =
                store.read().runs().stream().collect(Collectors.toMap(RunRecord::runId, RunRecord::outcome));
        for (RunPlan plan : study.runs()) {
            if (finished.contains(plan.runId())) {
                counts = counts.plus(outcomes.getOrDefault(plan.runId(), ""));
            }
        }
        return counts;
    }

    /** What the calling thread knows of the study. */
    private static final class Progress {
        private final RunQueue queue;
        private StudyStatus.Counts counts;
        private int trained;
        private boolean interrupted;
        private @Nullable Throwable failure;

        Progress(RunQueue queue, StudyStatus.Counts counts) {
            this.queue = queue;
            this.counts = counts;
        }

        void fail(Throwable cause) {
            queue.clear();
            if (failure == null) {
                failure = cause;
            } else if (failure != cause) {
                failure.addSuppressed(cause);
            }
        }
    }

    private void trainAll(Progress progress, int threads) {
        AtomicInteger number = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "study-run-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            startAll(progress, pool);
            while (progress.queue.running() > 0) {
                try {
                    handle(events.take(), progress);
                } catch (InterruptedException e) {
                    progress.interrupted = true;
                    stopped = true;
                }
                if (stopped) {
                    // What waited for a thread never says that it ended.
                    pool.shutdownNow().forEach(never -> progress.queue.ended());
                }
                startAll(progress, pool);
            }
        } finally {
            pool.shutdownNow();
            if (!joined(pool) || progress.interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (progress.failure != null) {
            rethrow(progress.failure);
        }
    }

    /** Every run has said that it ended, so this waits for the last instructions of the threads only. */
    private static boolean joined(ExecutorService pool) {
        try {
            return pool.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }

    private void startAll(Progress progress, ExecutorService pool) {
        for (RunPlan plan = stopped ? null : progress.queue.next(); plan != null; plan = progress.queue.next()) {
            RunPlan started = plan;
            LOG.info(
                    "run {}: batch {} on {} worker(s), {}, seed {}, peak rate {}{}, {} steps",
                    plan.runId(),
                    plan.batchSize(),
                    plan.workers(),
                    plan.synchronization().describe(),
                    plan.seed(),
                    plan.peakLearningRate(),
                    plan.learningRateFactor() == 1 ? "" : " (" + plan.factorText() + ")",
                    plan.plannedSteps());
            listener.onRunStarted(plan);
            pool.execute(() -> events.add(train(started)));
        }
    }

    private Event train(RunPlan plan) {
        Instant startedAt = Instant.now();
        try {
            return new Event.Ended(plan, startedAt, engine.train(plan, new RunEvents(plan, listener)));
        } catch (RuntimeException e) {
            LOG.error("run {}: the engine threw", plan.runId(), e);
            return new Event.Ended(plan, startedAt, TrainedRun.failed(e.toString()));
        } catch (Throwable e) {
            return new Event.Broken(e);
        }
    }

    private void handle(Event event, Progress progress) {
        if (event instanceof Event.Stop) {
            return;
        }
        progress.queue.ended();
        if (event instanceof Event.Broken broken) {
            progress.fail(broken.cause());
        } else if (event instanceof Event.Ended ended) {
            if (stopped && ended.run().outcome() instanceof Outcome.Failed) {
                return;
            }
            try {
                write(ended, progress);
            } catch (RuntimeException | Error e) {
                if (Thread.interrupted()) {
                    // The interrupt broke the write; the run is not in the store and will be done again.
                    progress.interrupted = true;
                    stopped = true;
                } else {
                    progress.fail(e);
                }
            }
        }
    }

    private void write(Event.Ended ended, Progress progress) {
        RunPlan plan = ended.plan();
        RunResult result = records.result(plan, ended.run(), ended.startedAt());
        Outcome outcome = ended.run().outcome();
        Parameters parameters = ended.run().parameters();
        if (parameters != null && !(outcome instanceof Outcome.Diverged || outcome instanceof Outcome.Failed)) {
            models.keep(plan.runId(), parameters);
        }
        store.write(result);
        progress.trained++;
        progress.counts = progress.counts.plus(outcome.label());
        LOG.info("run {}: {} {}", plan.runId(), outcome.label(), outcome.detail());
        listener.onRunFinished(plan, result.run());
        listener.onStudy(StudyStatus.State.RUNNING, progress.counts);
    }
}
