package io.batchscope.spark.dl4j;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.jspecify.annotations.Nullable;

/** What the tasks of a run's rounds sent, as Spark counts it: their results and what they wrote for one another. */
final class TaskTraffic extends SparkListener {
    /** The local property that marks a round's jobs. */
    static final String PROPERTY = "batchscope.round";

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final String runId;
    private final Set<Integer> jobs = new HashSet<>();
    private final Set<Integer> stages = new HashSet<>();
    private final TreeMap<Integer, String> hosts = new TreeMap<>();
    private int ended;
    private long bytes;

    TaskTraffic(String runId) {
        this.runId = runId;
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart job) {
        if (runId.equals(job.properties().getProperty(PROPERTY))) {
            jobs.add(job.jobId());
            scala.collection.JavaConverters.seqAsJavaList(job.stageIds()).forEach(stage -> stages.add((Integer) stage));
        }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
        TaskMetrics metrics = task.taskMetrics();
        if (metrics != null && stages.contains(task.stageId())) {
            bytes += metrics.resultSize() + metrics.shuffleWriteMetrics().bytesWritten();
            hosts.put(task.taskInfo().index(), task.taskInfo().host());
        }
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd job) {
        if (jobs.remove(job.jobId())) {
            ended++;
            notifyAll();
        }
    }

    /**
     * The bytes that were sent since the last call, once the ends of so many jobs have been told of; Spark tells a little
     * later.
     *
     * @param jobsInAll since the beginning
     * @return null if they were not told of in time
     */
    synchronized @Nullable Long take(int jobsInAll) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ended < jobsInAll) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return null;
            }
            wait(left);
        }
        long taken = bytes;
        bytes = 0;
        return taken;
    }

    /** Where the last round's first tasks ran, by partition. */
    synchronized List<String> hosts(int workers) {
        return hosts.size() < workers
                ? List.of()
                : List.copyOf(hosts.headMap(workers).values());
    }
}
