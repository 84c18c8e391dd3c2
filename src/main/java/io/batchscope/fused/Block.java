package io.batchscope.fused;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Native memory for floats that starts at a cache line and can be taken anew in a larger size. */
final class Block implements AutoCloseable {
    private static final int CACHE_LINE_BYTES = 64;

    /** Floats in a cache line. */
    static final int LINE = CACHE_LINE_BYTES / Float.BYTES;

    private BytePointer whole = new BytePointer();
    private FloatPointer start = new FloatPointer();
    private long floats;

    /** @param floats how many it holds; they are zeros */
    Block(long floats) {
        resize(floats);
    }

    /** Takes memory of a new size; what was in it is gone. */
    void resize(long wanted) {
        whole.close();
        // If there is not so much memory, what is left is an empty block.
        whole = new BytePointer();
        start = new FloatPointer();
        floats = 0;
        whole = new BytePointer(wanted * Float.BYTES + CACHE_LINE_BYTES);
        long misaligned = whole.address() % CACHE_LINE_BYTES;
        start = new FloatPointer(whole.getPointer(misaligned == 0 ? 0 : CACHE_LINE_BYTES - misaligned));
        Pointer.memset(whole, 0, whole.capacity());
        floats = wanted;
    }

    FloatPointer start() {
        return start;
    }

    /** How many floats it holds. */
    long floats() {
        return floats;
    }

    /** Native memory that it takes. */
    long bytes() {
        return whole.capacity();
    }

    /** The next multiple of a cache line. */
    static long aligned(long floats) {
        return (floats + LINE - 1) / LINE * LINE;
    }

    @Override
    public void close() {
        whole.close();
    }
}
