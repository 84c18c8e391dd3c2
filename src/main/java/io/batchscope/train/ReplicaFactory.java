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
}
