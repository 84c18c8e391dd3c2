package io.batchscope.fused.cuda;

import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StartParameters;

/**
 * Makes CUDA replicas of one program.
 *
 * @param program what they run
 * @param start where their parameters come from
 * @param tensorFloat32 whether products may round their factors to TF32 (10 bits of mantissa, not 23), which is faster
 * @param address of the GPU, see {@link ReplicaFactory#onGpu}; empty: none was given
 */
public record CudaReplicaFactory(Program program, StartParameters start, boolean tensorFloat32, String address)
        implements ReplicaFactory {
    @Override
    public ReplicaFactory onGpu(String given) {
        return new CudaReplicaFactory(program, start, tensorFloat32, given);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the worker was given no GPU
     */
    @Override
    public Replica create(long seed, int microBatch) {
        if (address.isEmpty()) {
            throw new IllegalStateException("replica cuda: needs a GPU, but this worker was given none");
        }
        return CudaReplica.of(program, start.of(seed), tensorFloat32, address, true);
    }
}
