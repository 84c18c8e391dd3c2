package io.batchscope.spark;

import io.batchscope.train.TrainingListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import scala.collection.JavaConverters;

/** How far running tasks are: executors send the step counters of running tasks to the driver with every heartbeat. */
public final class StepProgress extends SparkListener {
    private static final Map<SparkContext, StepProgress> OF_CONTEXT = new ConcurrentHashMap<>();

    private final Map<Long, Watched> counters = new ConcurrentHashMap<>();

    /** @param seen what each task's part of the counter stood at, by the task's number */
    private record Watched(TrainingListener listener, Map<Long, Long> seen) {}

    private StepProgress() {}

    /** The one that listens to this context. */
    public static StepProgress of(SparkContext context) {
        return OF_CONTEXT.computeIfAbsent(context, fresh -> {
            StepProgress progress = new StepProgress();
            fresh.addSparkListener(progress);
            return progress;
        });
    }

    /** Tells the listener from now on what the counter stands at in a running task, whenever that has changed. */
    public void watch(long counter, TrainingListener listener) {
        counters.put(counter, new Watched(listener, new ConcurrentHashMap<>()));
    }

    /** No longer. */
    public void forget(long counter) {
        counters.remove(counter);
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        JavaConverters.seqAsJavaList(update.accumUpdates()).forEach(task -> JavaConverters.seqAsJavaList(task._4())
                .forEach(counter -> pass((Long) task._1(), counter)));
    }

    private void pass(Long task, AccumulableInfo counter) {
        Watched watched = counters.get(counter.id());
        if (watched != null
                && counter.update().isDefined()
                && counter.update().get() instanceof Long steps
                && !steps.equals(watched.seen.put(task, steps))) {
            watched.listener.onProgress(steps);
        }
    }
}
