package io.batchscope.spark;

import io.batchscope.plan.RunPlan;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Ends an attempt of which one rank has ended and another still runs after twice the time-out. A rank that fails says so in
 * its result, which for Spark is a task that succeeded; so Spark would wait for ever for one that hangs in a process that
 * lives.
 */
final class StragglerGuard implements AutoCloseable {
    private static final long GLANCE_MILLIS = 500;

    private final RunPlan plan;
    private final RankWatch ranks;
    private final SparkContext context;
    private final Thread thread;
    private volatile @Nullable String found;

    StragglerGuard(RunPlan plan, RankWatch ranks, SparkContext context) {
        this.plan = plan;
        this.ranks = ranks;
        this.context = context;
        this.thread = new Thread(this::watch, "stragglers of run " + plan.runId());
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        double seconds = 2 * plan.timeoutSeconds();
        try {
            while (found == null) {
                Thread.sleep(GLANCE_MILLIS);
                List<Integer> late = ranks.stragglers(plan.runId(), (long) (seconds * 1e9));
                if (!late.isEmpty()) {
                    found = late.stream()
                                    .map(rank -> "rank " + rank + " on " + ranks.hostOf(plan.runId(), rank))
                                    .collect(Collectors.joining(", "))
                            + " still ran " + seconds + " s after another rank had ended";
                    context.cancelJobGroup(plan.runId());
                }
            }
        } catch (InterruptedException e) {
            // The attempt is over.
        }
    }

    /** Who was late; null if nobody was. */
    @Nullable
    String found() {
        return found;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
