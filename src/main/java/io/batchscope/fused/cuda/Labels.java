package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;

import io.batchscope.data.Batch;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.jspecify.annotations.Nullable;

/** Brings labels to a device: classes as ints, or targets as floats. Grows to what the largest batch so far needs. */
final class Labels implements AutoCloseable {
    private final Gpu gpu;
    private final boolean classes;
    private final RawPointer device = new RawPointer(0);
    private @Nullable PinnedMemory memory;
    private IntPointer ints = new IntPointer();
    private FloatPointer floats = new FloatPointer();

    /** @param classes whether labels are classes; otherwise targets */
    Labels(Gpu gpu, boolean classes) {
        this.gpu = gpu;
        this.classes = classes;
    }

    /** Puts those of all examples of a batch on their way; not called again before they have arrived. */
    void upload(Batch batch, DeviceTensor to) {
        long bytes = (long) batch.size() * Integer.BYTES;
        reserve(bytes);
        if (classes) {
            ints.put(batch.classes(), 0, batch.size());
        } else {
            floats.put(batch.targets(), 0, batch.size());
        }
        check(
                cudart.cudaMemcpyAsync(
                        device.at(to.address()),
                        classes ? ints : floats,
                        bytes,
                        cudart.cudaMemcpyHostToDevice,
                        gpu.compute()),
                "a copy of labels");
    }

    private void reserve(long bytes) {
        if (memory != null && memory.bytes() >= bytes) {
            return;
        }
        close();
        PinnedMemory taken = new PinnedMemory(bytes);
        ints = taken.ints(0);
        floats = taken.floats(0);
        memory = taken;
    }

    /** Host memory that it holds. */
    long bytes() {
        return memory == null ? 0 : memory.bytes();
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
            memory = null;
        }
    }
}
