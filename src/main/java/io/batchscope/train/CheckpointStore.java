package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import java.io.IOException;
import java.util.Optional;

/** Where the checkpoints of one training lie; for its first rank. */
public interface CheckpointStore {
    /** Has none and takes none. */
    CheckpointStore NONE = new CheckpointStore() {
        @Override
        public Optional<Checkpoint> latest(RunPlan plan, int parameterCount) {
            return Optional.empty();
        }

        @Override
        public void save(Checkpoint checkpoint) {}
    };

    /** The latest checkpoint of the plan's training that can be used; empty if there is none. */
    Optional<Checkpoint> latest(RunPlan plan, int parameterCount);

    /**
     * Keeps a checkpoint. It is there whole or not at all, whatever happens meanwhile; the ones before it stay until it is
     * there. Its arrays are the caller's again on return.
     */
    void save(Checkpoint checkpoint) throws IOException;
}
