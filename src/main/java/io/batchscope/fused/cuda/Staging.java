package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;

import io.batchscope.data.Batch;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Brings features from the heap to a device, and outputs back, a piece at a time by way of two pieces of page-locked memory:
 * while one is on its way the other is filled.
 */
final class Staging implements AutoCloseable, Batch.Sink {
    private static final int PIECES = 2;

    /** Of one piece. */
    private static final int MOST_FLOATS = 1 << 20;

    private final Gpu gpu;
    private final int pieceFloats;
    private final PinnedMemory memory;
    private final FloatPointer floats;
    private final CUevent_st[] sent = new CUevent_st[PIECES];
    private final RawPointer device = new RawPointer(0);
    private final RawPointer host = new RawPointer(0);
    private final boolean[] isUnderWay = new boolean[PIECES];
    private int piece;
    private int filled;
    private long target;

    /** @param wanted floats of the largest thing that will be moved, about */
    Staging(Gpu gpu, long wanted) {
        this.gpu = gpu;
        this.pieceFloats = (int) Math.max(1, Math.min(wanted, MOST_FLOATS));
        this.memory = new PinnedMemory((long) PIECES * pieceFloats * Float.BYTES);
        this.floats = memory.floats(0);
        for (int i = 0; i < PIECES; i++) {
            sent[i] = Gpu.event();
        }
    }

    /** Whether pieces for so many floats would be larger. */
    boolean isTooSmallFor(long wanted) {
        return pieceFloats < Math.min(wanted, MOST_FLOATS);
    }

    /** Brings the features of so many examples, from {@code first} on, to a device's memory. */
    void upload(Batch batch, int first, int rows, DeviceTensor to) {
        begin(to.address());
        batch.give(first, first + rows, this);
        send();
    }

    /** Says where what is taken from now on goes, on the device. */
    void begin(long address) {
        target = address;
        filled = 0;
    }

    /** Waits until all that was taken has arrived. */
    void end() {
        send();
        for (int i = 0; i < PIECES; i++) {
            if (isUnderWay[i]) {
                gpu.await(sent[i], "a copy of features");
                isUnderWay[i] = false;
            }
        }
    }

    @Override
    public void take(float[] from, int start, int count) {
        for (int done = 0; done < count; ) {
            if (filled == 0 && isUnderWay[piece]) {
                gpu.await(sent[piece], "a copy of features");
                isUnderWay[piece] = false;
            }
            int now = Math.min(count - done, pieceFloats - filled);
            floats.position((long) piece * pieceFloats + filled).put(from, start + done, now);
            filled += now;
            done += now;
            if (filled == pieceFloats) {
                send();
            }
        }
    }

    private void send() {
        if (filled == 0) {
            return;
        }
        long bytes = (long) filled * Float.BYTES;
        host.at(memory.address() + (long) piece * pieceFloats * Float.BYTES);
        check(
                cudart.cudaMemcpyAsync(device.at(target), host, bytes, cudart.cudaMemcpyHostToDevice, gpu.compute()),
                "a copy of features");
        check(cudart.cudaEventRecord(sent[piece], gpu.compute()), "an event");
        isUnderWay[piece] = true;
        target += bytes;
        filled = 0;
        piece = (piece + 1) % PIECES;
    }

    /** Brings what the stream of computation has left to the heap, and waits for it. */
    void download(DeviceTensor from, float[] into, int offset, int count) {
        for (int done = 0; done < count; done += pieceFloats) {
            int now = Math.min(pieceFloats, count - done);
            check(
                    cudart.cudaMemcpyAsync(
                            host.at(memory.address()),
                            device.at(from.address() + (long) done * Float.BYTES),
                            (long) now * Float.BYTES,
                            cudart.cudaMemcpyDeviceToHost,
                            gpu.compute()),
                    "a copy of outputs");
            check(cudart.cudaEventRecord(sent[0], gpu.compute()), "an event");
            gpu.await(sent[0], "a copy of outputs");
            isUnderWay[0] = false;
            floats.position(0).get(into, offset + done, now);
        }
    }

    /** Host memory that it holds. */
    long bytes() {
        return memory.bytes();
    }

    @Override
    public void close() {
        for (CUevent_st event : sent) {
            cudart.cudaEventDestroy(event);
        }
        memory.close();
    }
}
