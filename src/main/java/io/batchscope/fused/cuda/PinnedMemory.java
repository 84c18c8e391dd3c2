package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;

/** Host memory that stays where it is, so that a device copies from and to it on its own. */
final class PinnedMemory implements AutoCloseable {
    private final Pointer start = new Pointer();
    private final long bytes;

    /** @param bytes how many it holds, at least one */
    PinnedMemory(long bytes) {
        check(cudart.cudaMallocHost(start, bytes), bytes + " bytes of page-locked host memory");
        this.bytes = bytes;
    }

    long address() {
        return start.address();
    }

    long bytes() {
        return bytes;
    }

    /** Its floats from a byte on. */
    FloatPointer floats(long fromByte) {
        return new FloatPointer(at(fromByte));
    }

    /** Its doubles from a byte on. */
    DoublePointer doubles(long fromByte) {
        return new DoublePointer(at(fromByte));
    }

    /** Its ints from a byte on. */
    IntPointer ints(long fromByte) {
        return new IntPointer(at(fromByte));
    }

    /** What begins at a byte. */
    BytePointer at(long fromByte) {
        return new BytePointer(start).getPointer(fromByte);
    }

    @Override
    public void close() {
        check(cudart.cudaFreeHost(start), "to free page-locked memory");
    }
}
