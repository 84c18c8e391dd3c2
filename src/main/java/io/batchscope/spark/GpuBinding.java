package io.batchscope.spark;

import io.batchscope.train.ReplicaFactory;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** Which GPU a worker computes on: asked in its task, before anything touches one. Travels to the executors. */
sealed interface GpuBinding extends Serializable {
    /** Spark's name of the resource. */
    String RESOURCE = "gpu";

    /**
     * The GPU of a task, until it is closed.
     *
     * @param rank of the worker
     * @throws IllegalStateException if the task has none that it could have
     */
    Hold take(int rank, TaskContext task);

    /** How many ranks may compute on one GPU. */
    int ranksPerDevice();

    /**
     * A worker's GPU.
     *
     * @param address empty: it computes on the processor
     */
    record Hold(Optional<String> address, Runnable release) implements AutoCloseable {
        /** Makes replicas that compute there. */
        ReplicaFactory bind(ReplicaFactory replicas) {
            return address.map(replicas::onGpu).orElse(replicas);
        }

        @Override
        public void close() {
            release.run();
        }
    }

    /** Workers compute on the processor. */
    record Processor() implements GpuBinding {
        @Override
        public Hold take(int rank, TaskContext task) {
            return new Hold(Optional.empty(), () -> {});
        }

        @Override
        public int ranksPerDevice() {
            return 1;
        }
    }

    /** Spark gives each task a GPU, or a part of one. */
    record Given(int ranksPerDevice) implements GpuBinding {
        @Override
        public Hold take(int rank, TaskContext task) {
            ResourceInformation gpu = task.resourcesJMap().get(RESOURCE);
            List<String> addresses = gpu == null ? List.of() : List.of(gpu.addresses());
            if (addresses.size() != 1) {
                throw new IllegalStateException("GPUs of a task (spark.task.resource.gpu.amount): a worker computes on"
                        + " one, but Spark gave its task " + (addresses.isEmpty() ? "none" : addresses)
                        + "; set the amount to 1, or leave it out");
            }
            return new Hold(Optional.of(addresses.get(0)), () -> {});
        }
    }

    /**
     * A local master, where Spark gives tasks nothing: rank r takes number r.
     *
     * @param addresses of the GPUs that CUDA sees here
     */
    record Local(List<String> addresses, int ranksPerDevice) implements GpuBinding {
        public Local {
            addresses = List.copyOf(addresses);
        }

        @Override
        public Hold take(int rank, TaskContext task) {
            String address = LocalGpus.take(rank, addresses, ranksPerDevice);
            return new Hold(Optional.of(address), () -> LocalGpus.release(address));
        }
    }
}
