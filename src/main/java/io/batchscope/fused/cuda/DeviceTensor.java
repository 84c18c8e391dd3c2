package io.batchscope.fused.cuda;

/**
 * Numbers in a device's memory: at a fixed place of it, or, in the memory in which the steps of a pass take turns, where
 * {@link MemoryPlan} puts them for as long as some step uses them.
 */
final class DeviceTensor {
    private final DeviceMemory memory;
    private final long bytes;
    private final boolean planned;
    private long offset;
    private int firstStep = Integer.MAX_VALUE;
    private int lastStep = -1;

    private DeviceTensor(DeviceMemory memory, long bytes, boolean planned, long offset) {
        this.memory = memory;
        this.bytes = bytes;
        this.planned = planned;
        this.offset = offset;
    }

    /** What lies at a byte of memory that others fill. */
    static DeviceTensor fixed(DeviceMemory memory, long offset, long bytes) {
        return new DeviceTensor(memory, bytes, false, offset);
    }

    /** What is to be placed in the memory of a pass. */
    static DeviceTensor planned(DeviceMemory memory, long bytes) {
        return new DeviceTensor(memory, bytes, true, 0);
    }

    boolean isPlanned() {
        return planned;
    }

    long bytes() {
        return bytes;
    }

    /** Says that a step uses it; it then keeps its place from the first such step to the last. */
    void usedBy(int step) {
        firstStep = Math.min(firstStep, step);
        lastStep = Math.max(lastStep, step);
    }

    int firstStep() {
        return firstStep;
    }

    int lastStep() {
        return lastStep;
    }

    void place(long byteOffset) {
        offset = byteOffset;
    }

    /** Where in its memory it starts, in bytes. */
    long offset() {
        return offset;
    }

    /** Where it is now, which changes when its memory is taken anew. */
    long address() {
        return memory.address() + offset;
    }

    /** The same for calls that take pointers. */
    RawPointer pointer() {
        return new RawPointer(address());
    }
}
