package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.train.DeviceMemoryException;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/** The features of all examples of a worker on its device, from which a kernel gathers batches by number. */
final class KeptExamples implements AutoCloseable {
    /** Of the device's free memory, what they may take: batches need the rest. */
    private static final int SHARE_OF_FREE = 4;

    private static final int FLOATS_AT_ONCE = 1 << 20;

    private final Gpu gpu;
    private final Examples examples;
    private final DeviceMemory features;
    private final RawPointer there = new RawPointer(0);
    private @Nullable PinnedMemory memory;
    private IntPointer numbers = new IntPointer();

    private KeptExamples(Gpu gpu, Examples examples, DeviceMemory features) {
        this.gpu = gpu;
        this.examples = examples;
        this.features = features;
    }

    /** Brings them to the device; null if they would take too much of its memory. */
    static @Nullable KeptExamples of(Gpu gpu, Examples examples) {
        long bytes = (long) examples.size() * examples.featureCount() * Float.BYTES;
        if (bytes == 0 || bytes > freeBytes() / SHARE_OF_FREE) {
            return null;
        }
        KeptExamples kept;
        try {
            kept = new KeptExamples(gpu, examples, new DeviceMemory(bytes));
        } catch (DeviceMemoryException e) {
            // Somebody else took it meanwhile, or it lies in pieces.
            return null;
        }
        try {
            kept.upload();
            return kept;
        } catch (RuntimeException | Error e) {
            kept.close();
            throw e;
        }
    }

    private static long freeBytes() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            check(cudart.cudaMemGetInfo(free, total), "to say what memory is free");
            return free.get();
        }
    }

    private void upload() {
        int length = examples.featureCount();
        int rows = Math.max(1, Math.min(FLOATS_AT_ONCE / length, examples.size()));
        float[] piece = new float[Math.multiplyExact(rows, length)];
        try (Staging staging = new Staging(gpu, piece.length)) {
            staging.begin(features.address());
            for (int from = 0; from < examples.size(); from += rows) {
                int to = Math.min(examples.size(), from + rows);
                for (int i = from; i < to; i++) {
                    examples.copyFeatures(i, piece, (i - from) * length);
                }
                staging.take(piece, 0, (to - from) * length);
            }
            staging.end();
        }
    }

    /** Whether the features of a batch are to be gathered from these. */
    boolean has(Batch batch) {
        return batch.awaitedFrom() == examples;
    }

    /** Puts the numbers of a batch's examples on their way; not called again before they have arrived. */
    void uploadNumbers(Batch batch, DeviceTensor to) {
        long bytes = (long) batch.size() * Integer.BYTES;
        if (memory == null || memory.bytes() < bytes) {
            if (memory != null) {
                memory.close();
                memory = null;
            }
            PinnedMemory taken = new PinnedMemory(bytes);
            numbers = taken.ints(0);
            memory = taken;
        }
        numbers.put(batch.awaited(), 0, batch.size());
        check(
                cudart.cudaMemcpyAsync(
                        there.at(to.address()), numbers, bytes, cudart.cudaMemcpyHostToDevice, gpu.compute()),
                "a copy of numbers");
    }

    /** Adds the step that puts the features of the numbered examples into {@code x}. */
    void gather(DeviceLowering lowering, DeviceTensor wanted, DeviceTensor x) {
        int length = examples.featureCount();
        DeviceTensor all = DeviceTensor.fixed(features, 0, features.bytes());
        lowering.step(
                () -> gpu.launch(
                        "gather_rows",
                        DeviceLowering.planeBlocks(lowering.rows()),
                        1,
                        DeviceLowering.planeThreads(length),
                        all,
                        wanted,
                        x,
                        (long) lowering.rows(),
                        length),
                wanted,
                x);
    }

    /** Device memory that it holds. */
    long deviceBytes() {
        return features.bytes();
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
        features.close();
    }
}
