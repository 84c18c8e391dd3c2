package io.batchscope.spark.dl4j;

import io.batchscope.train.TrainingListener;
import java.math.BigDecimal;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Ends a run that stands still: cancels its jobs, and interrupts the thread that made the guard if that does not end soon
 * after. Deeplearning4j's masters themselves wait for ever.
 */
final class ProgressGuard implements AutoCloseable {
    private static final long LONGEST_GLANCE_MILLIS = 100;
    private static final long GRACE_MILLIS = 10_000;

    private final SparkContext context;
    private final String runId;
    private final double seconds;
    private final Thread guarded = Thread.currentThread();
    private final Thread thread;
    private volatile String awaited = "the start";
    private volatile long lastAdvance = System.nanoTime();
    private volatile @Nullable String found;

    /**
     * @param runId of the run, and name of its job group
     * @param seconds without anything that advances, after which the run is ended
     */
    ProgressGuard(SparkContext context, String runId, double seconds) {
        this.context = context;
        this.runId = runId;
        this.seconds = seconds;
        this.thread = new Thread(this::watch, "progress of run " + runId);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Something begins.
     *
     * @throws IllegalStateException if the run stood still before
     */
    void await(String what) {
        String stood = found;
        if (stood != null) {
            throw new IllegalStateException(stood);
        }
        awaited = what;
        lastAdvance = System.nanoTime();
    }

    /** Takes a worker's progress for the run's. */
    TrainingListener whenItAdvances() {
        return new TrainingListener() {
            @Override
            public void onProgress(long stepsDone) {
                lastAdvance = System.nanoTime();
            }
        };
    }

    private void watch() {
        try {
            while (System.nanoTime() - lastAdvance <= seconds * 1e9) {
                Thread.sleep(Math.min(LONGEST_GLANCE_MILLIS, (long) (seconds * 250)));
            }
            found = awaited + " did not finish within "
                    + BigDecimal.valueOf(seconds).stripTrailingZeros().toPlainString()
                    + " s without progress (sync.timeout-seconds); see the executors' logs, or allow more time";
            for (long waited = 0; waited < GRACE_MILLIS; waited += LONGEST_GLANCE_MILLIS) {
                context.cancelJobGroup(runId);
                Thread.sleep(LONGEST_GLANCE_MILLIS);
            }
            guarded.interrupt();
        } catch (InterruptedException e) {
            // The run is over.
        }
    }

    /** What did not finish; null if all did. */
    @Nullable
    String found() {
        return found;
    }

    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        // An interrupt of its own that came too late is nobody else's business.
        if (interrupted && found == null) {
            Thread.currentThread().interrupt();
        } else if (found != null) {
            Thread.interrupted();
        }
    }
}
