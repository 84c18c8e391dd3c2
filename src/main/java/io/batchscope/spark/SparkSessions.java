package io.batchscope.spark;

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
        SparkConf conf = new SparkConf();
        settings(timeoutSeconds).forEach((key, value) -> {
            if (!conf.contains(key)) {
                conf.set(key, value);
            }
        });
        if (conf.get("spark.master").startsWith("local") && !conf.contains("spark.ui.enabled")) {
            conf.set("spark.ui.enabled", "false");
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
