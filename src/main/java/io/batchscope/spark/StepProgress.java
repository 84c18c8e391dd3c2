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

    private final Map<Long, TrainingListener> listeners = new ConcurrentHashMap<>();

    private StepProgress() {}

    /** The one that listens to this context. */
    public static StepProgress of(SparkContext context) {
        return OF_CONTEXT.computeIfAbsent(context, fresh -> {
            StepProgress progress = new StepProgress();
            fresh.addSparkListener(progress);
            return progress;
        });
    }

    /** Tells the listener from now on what the counter stands at in a running task. */
    public void watch(long counter, TrainingListener listener) {
        listeners.put(counter, listener);
    }

    /** No longer. */
    public void forget(long counter) {
        listeners.remove(counter);
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        JavaConverters.seqAsJavaList(update.accumUpdates())
                .forEach(task -> JavaConverters.seqAsJavaList(task._4()).forEach(this::pass));
    }

    private void pass(AccumulableInfo counter) {
        TrainingListener listener = listeners.get(counter.id());
        if (listener != null && counter.update().isDefined() && counter.update().get() instanceof Long steps) {
            listener.onProgress(steps);
        }
    }
}
