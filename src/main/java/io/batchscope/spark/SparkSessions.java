package io.batchscope.spark;

import io.batchscope.plan.ClusterException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Opens Spark with the settings that training needs; what the user set on {@code spark-submit} wins. */
public final class SparkSessions {
    /** For commands that train nothing. */
    public static final double DEFAULT_TIMEOUT_SECONDS = 60;

    private SparkSessions() {}

    /**
     * A session on the master that {@code spark-submit} named, else on {@code local[*]}.
     *
     * @param timeoutSeconds the longest wait of a rank for another
     */
    public static SparkSession open(double timeoutSeconds) {
        return open(timeoutSeconds, 1);
    }

    /**
     * Likewise, where several ranks may share a GPU.
     *
     * @param ranksPerDevice how many; from 2 on each task is given a part of one, unless {@code spark-submit} said how much:
     *     Spark 3.5 hands out parts to all tasks alike or not at all
     * @throws ClusterException if a local master is asked for GPUs: it has none to give, and tasks would wait for ever
     */
    public static SparkSession open(double timeoutSeconds, int ranksPerDevice) {
        SparkConf conf = new SparkConf();
        if (ranksPerDevice > 1 && conf.contains(GpuTasks.PER_EXECUTOR) && !conf.contains(GpuTasks.PER_TASK)) {
            conf.set(GpuTasks.PER_TASK, Double.toString(1.0 / ranksPerDevice));
        }
        settings(timeoutSeconds).forEach((key, value) -> {
            if (!conf.contains(key)) {
                conf.set(key, value);
            }
        });
        if (conf.get("spark.master").startsWith("local") && !conf.contains("spark.ui.enabled")) {
            conf.set("spark.ui.enabled", "false");
        }
        if (conf.get("spark.master").matches("local(\\[.*])?") && conf.contains(GpuTasks.PER_TASK)) {
            throw new ClusterException("GPUs of a task (" + GpuTasks.PER_TASK + "): a local master has none to give;"
                    + " remove it: with --set replica=cuda worker r takes GPU number r of this machine");
        }
        return SparkSession.builder().config(conf).getOrCreate();
    }

    private static Map<String, String> settings(double timeoutSeconds) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("spark.master", "local[*]");
        settings.put("spark.app.name", "batchscope");
        // Barrier stages need all their slots at once and each task exactly once.
        settings.put("spark.dynamicAllocation.enabled", "false");
        settings.put("spark.speculation", "false");
        settings.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
        settings.put("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "2s");
        settings.put("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "5");
        settings.put("spark.barrier.sync.timeout", Long.toString((long) Math.ceil(timeoutSeconds)));
        // Progress comes with heartbeats.
        settings.put("spark.executor.heartbeatInterval", "3s");
        settings.put("spark.executorEnv.OMP_NUM_THREADS", "1");
        settings.put("spark.ui.showConsoleProgress", "false");
        settings.put("spark.sql.shuffle.partitions", "16");
        return settings;
    }

    /**
     * How many tasks run at once: the executors' cores over the cores of a task. Waits, with Spark's own limits, until
     * the executors are there.
     */
    public static int slots(SparkSession session) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        spark.setJobDescription("wait for executors");
        spark.parallelize(java.util.List.of(1), 1).count();
        return presentSlots(session);
    }

    /** The same without waiting. */
    public static int presentSlots(SparkSession session) {
        return session.sparkContext()
                .maxNumConcurrentTasks(
                        session.sparkContext().resourceProfileManager().defaultResourceProfile());
    }
}
