package io.batchscope.fused.cuda;

import io.batchscope.data.Batch;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;

/** Runs a program on a GPU. */
final class CudaReplica implements Replica {
    private final Program program;

    CudaReplica(Program program, float[] start, boolean tensorFloat32, String address) {
        this.program = program;
        throw new UnsupportedOperationException("to be written: " + start.length + tensorFloat32 + address);
    }

    @Override
    public int parameterCount() {
        return program.parameterCount();
    }

    @Override
    public void readParameters(float[] into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void writeParameters(float[] values) {
        throw new UnsupportedOperationException();
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Score score(Batch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
