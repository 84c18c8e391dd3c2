package io.batchscope.train;

import org.jspecify.annotations.Nullable;

/**
 * How a rank is kept from beginning anew.
 *
 * @param store takes its checkpoints; only the first rank's is used
 * @param from the checkpoint to go on from, on the first rank; the others have it from there. Its arrays go to the loop
 */
public record Checkpointing(CheckpointStore store, @Nullable Checkpoint from) {
    /** Begins at the beginning and keeps nothing. */
    public static final Checkpointing NONE = new Checkpointing(CheckpointStore.NONE, null);
}
