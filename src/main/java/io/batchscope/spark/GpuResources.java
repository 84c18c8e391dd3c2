package io.batchscope.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.sql.SparkSession;

/** Which GPUs Spark gives to tasks. */
public final class GpuResources {
    private GpuResources() {}

    /** One line a GPU that tasks were given: executor, host and address. Empty where none is configured. */
    public static List<String> assignments(SparkSession session) {
        if (!session.sparkContext().getConf().contains("spark.task.resource.gpu.amount")) {
            return List.of();
        }
        int slots = SparkSessions.slots(session);
        return new ArrayList<>(new TreeSet<>(JavaSparkContext.fromSparkContext(session.sparkContext())
                .parallelize(IntStream.range(0, slots).boxed().toList(), slots)
                .map(slot -> own())
                .collect()));
    }

    private static String own() {
        Map<String, ResourceInformation> resources = TaskContext.get().resourcesJMap();
        ResourceInformation gpu = resources.get("gpu");
        return "executor " + SparkEnv.get().executorId() + " on "
                + SparkEnv.get().blockManager().blockManagerId().host() + ": GPU "
                + (gpu == null ? "none" : String.join(", ", gpu.addresses()));
    }
}
