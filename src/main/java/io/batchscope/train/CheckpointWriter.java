package io.batchscope.train;

import io.batchscope.plan.CheckpointPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes checkpoints while training goes on: the loop's arrays are copied to spare ones, and a thread writes those.
 * While it does, no other checkpoint is begun: the next is due as soon as it is done. A checkpoint that cannot be written
 * does not end the run.
 */
final class CheckpointWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);

    private final CheckpointStore store;
    private final CheckpointPolicy policy;
    private final Duration timeout;
    private final ExecutorService thread;
    private List<float[]> spare = List.of();
    private @Nullable Future<?> writing;
    private long lastStep;
    private long lastNanos;
    private boolean warned;

    /**
     * A writer that writes nothing before {@link #startAt}.
     *
     * @param timeout the longest that {@link #close} waits
     * @param thread ends with this
     */
    CheckpointWriter(CheckpointStore store, CheckpointPolicy policy, Duration timeout, ExecutorService thread) {
        this.store = store;
        this.policy = policy;
        this.timeout = timeout;
        this.thread = thread;
    }

    /** A thread, started when it is needed. */
    static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Counts updates and time from here.
     *
     * @param vectors arrays that may be used for copies; of the right number and length, or none
     */
    void startAt(long step, long trainNanos, List<float[]> vectors) {
        lastStep = step;
        lastNanos = trainNanos;
        spare = vectors;
    }

    /** Whether a checkpoint should be written now. */
    boolean isDue(long step, long trainNanos) {
        boolean due = step - lastStep >= policy.everySteps()
                || StepTimes.seconds(trainNanos - lastNanos) >= policy.everySeconds();
        return due && (writing == null || writing.isDone());
    }

    /**
     * Copies the vectors and has them written. Only when one {@link #isDue}.
     *
     * @param checkpoint of copies of {@code vectors}
     */
    void write(List<float[]> vectors, Function<List<float[]>, Checkpoint> checkpoint) {
        if (spare.isEmpty()) {
            spare = new ArrayList<>();
            vectors.forEach(vector -> spare.add(new float[vector.length]));
        }
        for (int i = 0; i < vectors.size(); i++) {
            System.arraycopy(vectors.get(i), 0, spare.get(i), 0, vectors.get(i).length);
        }
        Checkpoint copy = checkpoint.apply(spare);
        lastStep = copy.step();
        lastNanos = copy.times().totalNanos();
        writing = thread.submit(() -> save(copy));
    }

    private void save(Checkpoint checkpoint) {
        try {
            store.save(checkpoint);
        } catch (Exception | Error e) {
            if (!warned) {
                warned = true;
                LOG.warn(
                        "checkpoint (training {}, update {}): cannot be written: {}; the run goes on, but could only be"
                                + " continued from an earlier one",
                        checkpoint.trainingId(),
                        checkpoint.step(),
                        e.toString());
            }
        }
    }

    /** Waits for the checkpoint that is being written, but no longer than the time-out. */
    @Override
    public void close() {
        thread.shutdown();
        Future<?> last = writing;
        if (last == null || last.isDone()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            last.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warn("checkpoint: not written within {} s; left out", timeout.toMillis() / 1e3);
        } finally {
            // Does nothing to one that is done.
            last.cancel(true);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
