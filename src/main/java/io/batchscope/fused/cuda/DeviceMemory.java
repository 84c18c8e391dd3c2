package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;

import io.batchscope.train.DeviceMemoryException;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/** A piece of a device's memory that can be taken anew in a larger size. */
final class DeviceMemory implements AutoCloseable {
    private Pointer start = new Pointer();
    private long bytes;
    private int generation;

    /** @param bytes how many it holds */
    DeviceMemory(long bytes) {
        resize(bytes);
    }

    /**
     * Takes memory of a new size; what was in it is gone, and where it was.
     *
     * @throws DeviceMemoryException if there is not so much; nothing is held then
     */
    void resize(long wanted) {
        close();
        generation++;
        if (wanted > 0) {
            Pointer taken = new Pointer();
            check(cudart.cudaMalloc(taken, wanted), wanted + " bytes of the GPU's memory");
            start = taken;
            bytes = wanted;
        }
    }

    /** Where it starts on the device; 0 if it holds nothing. */
    long address() {
        return start.address();
    }

    long bytes() {
        return bytes;
    }

    /** Changes whenever it may have moved. */
    int generation() {
        return generation;
    }

    @Override
    public void close() {
        if (bytes > 0) {
            bytes = 0;
            check(cudart.cudaFree(start), "to free memory");
            start = new Pointer();
        }
    }
}
