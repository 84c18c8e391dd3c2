package io.batchscope.fused.cuda;

/** A replica's memory on its device: parameters, gradient, what changes from pass to pass, and what passes work in. */
final class ReplicaMemory implements AutoCloseable {
    /** In the kernels' sources: a seed, a weight and a smoothing. */
    static final int PASS_VALUES_BYTES = 16;

    private final DeviceMemory fixed;
    private final DeviceMemory workspace = new DeviceMemory(0);
    private final long gradientOffset;
    private final long valuesOffset;
    private final long resultsOffset;

    /**
     * @param parameterCount length of parameters and gradient
     * @param resultBytes of what a pass tells the host
     */
    ReplicaMemory(int parameterCount, int resultBytes) {
        this.gradientOffset = aligned((long) parameterCount * Float.BYTES);
        this.valuesOffset = 2 * gradientOffset;
        this.resultsOffset = valuesOffset + MemoryPlan.ALIGNMENT_BYTES;
        this.fixed = new DeviceMemory(resultsOffset + resultBytes);
    }

    private static long aligned(long bytes) {
        return (bytes + MemoryPlan.ALIGNMENT_BYTES - 1) / MemoryPlan.ALIGNMENT_BYTES * MemoryPlan.ALIGNMENT_BYTES;
    }

    /** What passes work in, as large as the largest needs. */
    DeviceMemory workspace() {
        return workspace;
    }

    /** Parameters from an offset on. */
    DeviceTensor parameters(int offset) {
        return DeviceTensor.fixed(fixed, (long) offset * Float.BYTES, 0);
    }

    /** The gradient of the parameters from an offset on. */
    DeviceTensor gradient(int offset) {
        return DeviceTensor.fixed(fixed, gradientOffset + (long) offset * Float.BYTES, 0);
    }

    /** The values that change from pass to pass. */
    DeviceTensor passValues() {
        return DeviceTensor.fixed(fixed, valuesOffset, PASS_VALUES_BYTES);
    }

    /** What a pass tells the host, from a byte on. */
    DeviceTensor results(int fromByte) {
        return DeviceTensor.fixed(fixed, resultsOffset + fromByte, 0);
    }

    /** Where the parameters start on the device; like the next, for as long as this is open. */
    long parametersAddress() {
        return fixed.address();
    }

    /** Where the gradient starts. */
    long gradientAddress() {
        return fixed.address() + gradientOffset;
    }

    /** Where the values that change from pass to pass start. */
    long valuesAddress() {
        return fixed.address() + valuesOffset;
    }

    /** Where what a pass tells the host starts. */
    long resultsAddress() {
        return fixed.address() + resultsOffset;
    }

    /** Device memory that it holds. */
    long bytes() {
        return fixed.bytes() + workspace.bytes();
    }

    @Override
    public void close() {
        workspace.close();
        fixed.close();
    }
}
