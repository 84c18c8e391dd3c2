package io.batchscope.train;

import java.io.Serializable;

/** Makes replicas where the examples are; travels to the workers. */
public interface ReplicaFactory extends Serializable {
    /**
     * A replica with the start parameters that belong to the seed (or to the saved model).
     *
     * @param seed of the initial parameters
     * @param microBatch the most examples it will be given at once
     */
    Replica create(long seed, int microBatch);

    /**
     * The same for a GPU; what computes on the processor stays as it is. Nothing is loaded by this, so that a worker can say
     * which GPU is its own before anything touches one.
     *
     * @param address as whoever gave it to the worker names it: a number in {@code nvidia-smi}'s order, or a UUID
     */
    default ReplicaFactory onGpu(String address) {
        return this;
    }
}
