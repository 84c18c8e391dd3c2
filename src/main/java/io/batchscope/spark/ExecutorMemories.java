package io.batchscope.spark;

import io.batchscope.study.ExecutorMemory;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.jspecify.annotations.Nullable;
import scala.collection.JavaConverters;

/** Asks the executors how much memory they have. */
public final class ExecutorMemories {
    private static final long MIB = 1L << 20;
    /** Spark's own least overhead and its share of the heap where a cluster enforces one (Spark 3.5, "Configuration"). */
    private static final long LEAST_OVERHEAD = 384 * MIB;

    private static final double OVERHEAD_FACTOR = 0.1;

    /** A limit that an executor knows; 0: none. Travels there. */
    @FunctionalInterface
    public interface Limit extends LongSupplier, Serializable {}

    private ExecutorMemories() {}

    /**
     * What each executor has.
     *
     * @param slots tasks that can run at the same time, at least 1
     * @param nativeMost the most that native arrays may take there
     * @param processMost the most that the process may take there
     */
    public static List<ExecutorMemory> of(SparkSession session, int slots, Limit nativeMost, Limit processMost) {
        Map<String, ExecutorMemory> byExecutor = new LinkedHashMap<>();
        ExecutorSurvey.answers(session, slots, () -> here(nativeMost.getAsLong(), processMost.getAsLong()))
                .forEach(memory -> byExecutor.putIfAbsent(memory.executor(), memory));
        Map<String, Integer> tasks = tasks(session);
        return byExecutor.values().stream()
                .map(memory -> withTasks(memory, tasks.getOrDefault(memory.executor(), slots)))
                .toList();
    }

    /** How many tasks each executor runs at once, by its name. */
    private static Map<String, Integer> tasks(SparkSession session) {
        Map<String, Integer> tasks = new HashMap<>();
        for (ExecutorSummary executor : JavaConverters.seqAsJavaList(
                session.sparkContext().statusStore().executorList(true))) {
            if (executor.maxTasks() > 0) {
                tasks.put(executor.id(), executor.maxTasks());
            }
        }
        return tasks;
    }

    private static ExecutorMemory withTasks(ExecutorMemory memory, int tasks) {
        return new ExecutorMemory(
                memory.executor(),
                memory.host(),
                tasks,
                memory.heap(),
                memory.machine(),
                memory.overhead(),
                memory.jvm(),
                memory.nativeMost(),
                memory.processMost());
    }

    private static ExecutorMemory here(long nativeMost, long processMost) {
        SparkEnv spark = SparkEnv.get();
        long heap = Runtime.getRuntime().maxMemory();
        return new ExecutorMemory(
                spark.executorId(),
                spark.blockManager().blockManagerId().host(),
                1,
                heap,
                machine(heap),
                overhead(spark.conf(), heap),
                ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted(),
                nativeMost,
                processMost);
    }

    private static long machine(long otherwise) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : otherwise;
    }

    /** Memory beside the heap that the cluster grants an executor's process; null where it does not say. */
    static @Nullable Long overhead(SparkConf conf, long heap) {
        if (conf.contains("spark.executor.memoryOverhead")) {
            return conf.getSizeAsMb("spark.executor.memoryOverhead", "0m") * MIB;
        }
        String master = conf.get("spark.master", "");
        if (!master.startsWith("yarn") && !master.startsWith("k8s")) {
            return null;
        }
        double factor = conf.getDouble(
                "spark.executor.memoryOverheadFactor",
                conf.getDouble("spark.kubernetes.memoryOverheadFactor", OVERHEAD_FACTOR));
        return Math.max(LEAST_OVERHEAD, (long) (factor * heap));
    }
}
