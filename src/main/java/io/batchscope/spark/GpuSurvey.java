package io.batchscope.spark;

import io.batchscope.plan.ClusterException;
import io.batchscope.train.Device;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Asks workers which GPUs they compute on, in a barrier stage like that of a run, before any run begins. */
public final class GpuSurvey {
    private GpuSurvey() {}

    /** What a worker says; a problem stands for the device. */
    private record Answer(int rank, String host, String executor, @Nullable Device device, @Nullable String problem)
            implements Serializable {}

    /**
     * Makes a replica in the place of each of so many workers.
     *
     * @param ranks the most workers that train at the same time
     * @return the GPU of each, in rank order; none of those that compute on the processor
     * @throws ClusterException if a worker has none that works, or more share one than may
     */
    public static List<RankDevice> of(SparkSession session, GpuTasks gpus, ReplicaFactory replicas, int ranks) {
        JavaSparkContext.fromSparkContext(session.sparkContext()).setJobDescription("look at the GPUs");
        GpuBinding binding = gpus.binding();
        List<Answer> answers =
                BarrierTasks.collect(gpus.ranks(ranks), Answer.class, context -> answer(context, binding, replicas));
        List<RankDevice> devices = new ArrayList<>();
        for (Answer answer : answers) {
            if (answer.problem() != null) {
                throw new ClusterException("GPU of rank " + answer.rank() + " (executor " + answer.executor() + " on "
                        + answer.host() + "): must hold a replica of the network, but " + answer.problem()
                        + "; mend it there, or train on processors (--set replica=fused)");
            }
            if (answer.device() != null) {
                devices.add(new RankDevice(answer.rank(), answer.host(), answer.device()));
            }
        }
        String refusal = RankDevice.refusal(devices, binding.ranksPerDevice());
        if (refusal != null) {
            throw new ClusterException(refusal);
        }
        return List.copyOf(devices);
    }

    private static Answer answer(BarrierTaskContext context, GpuBinding binding, ReplicaFactory replicas) {
        int rank = context.partitionId();
        SparkEnv spark = SparkEnv.get();
        String host = spark.blockManager().blockManagerId().host();
        try (GpuBinding.Hold gpu = binding.take(rank, context);
                Replica replica = gpu.bind(replicas).create(1, 1)) {
            return new Answer(rank, host, spark.executorId(), replica.device().orElse(null), null);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            return new Answer(
                    rank, host, spark.executorId(), null, Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }
}
