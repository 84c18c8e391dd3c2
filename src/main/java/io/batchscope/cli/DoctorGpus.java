package io.batchscope.cli;

import io.batchscope.fused.cuda.CudaBackend;
import io.batchscope.plan.ClusterException;
import io.batchscope.spark.ExecutorSurvey;
import io.batchscope.spark.GpuTasks;
import io.batchscope.spark.SparkSessions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** What {@code doctor} says of GPUs: who gets which, whether CUDA can use them, what to change. */
final class DoctorGpus {
    private DoctorGpus() {}

    /**
     * Looks at the executors.
     *
     * @param ranksPerDevice workers that may share a GPU
     * @param say tells people of a topic
     * @return what to change
     */
    static List<String> look(SparkSession session, int ranksPerDevice, BiConsumer<String, String> say) {
        int slots = SparkSessions.presentSlots(session);
        boolean given = GpuTasks.areGiven(session);
        List<String> able = ExecutorSurvey.ask(session, slots, DoctorGpus::abilities);
        able.forEach(line -> say.accept("cuda", line));
        if (!given && !session.sparkContext().isLocal()) {
            say.accept("gpus", "none given to executors");
            return able.isEmpty()
                    ? List.of()
                    : List.of("executors see GPUs, but Spark gives them none: start it with --gpus N (submit/*.sh), and"
                            + " models that compile train on them");
        }
        String notLoaded = Gpus.notLoaded(session, slots);
        if (notLoaded != null) {
            say.accept("cuda", notLoaded);
            say.accept("gpus", given ? "given to executors, but not all of these can use CUDA" : "none that CUDA sees");
            return given
                    ? List.of("replica cuda (executors): needs CUDA on every one, but " + notLoaded
                            + "; install NVIDIA's driver, CUDA 13 and cuDNN 9 there (libraries elsewhere: --conf"
                            + " spark.executorEnv.LD_LIBRARY_PATH=…)")
                    : List.of();
        }
        return assignments(session, ranksPerDevice, say);
    }

    private static List<String> assignments(SparkSession session, int ranksPerDevice, BiConsumer<String, String> say) {
        List<String> changes = new ArrayList<>();
        try {
            GpuTasks tasks = Gpus.tasks(session, ranksPerDevice);
            tasks.assignments(Gpus::describe).forEach(line -> say.accept("gpus", line));
            int workers = tasks.presentSlots();
            say.accept("gpus", workers + (workers == 1 ? " worker" : " workers") + " with a GPU at once");
            if (session.sparkContext().isLocal()) {
                changes.add("this machine has GPUs: --set replica=cuda trains models that compile on them");
            }
        } catch (ClusterException e) {
            changes.add(e.getMessage());
        }
        return changes;
    }

    /** CUDA's versions and GPUs where it can be used. */
    private static @Nullable String abilities() {
        return CudaBackend.problem() == null ? CudaBackend.describe() : null;
    }
}
