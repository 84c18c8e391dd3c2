package io.batchscope.fused;

import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StartParameters;

/**
 * Makes fused replicas of one program.
 *
 * @param program what they run
 * @param start where their parameters come from
 */
public record FusedReplicaFactory(Program program, StartParameters start) implements ReplicaFactory {
    @Override
    public Replica create(long seed, int microBatch) {
        return new FusedReplica(program, start.of(seed));
    }
}
