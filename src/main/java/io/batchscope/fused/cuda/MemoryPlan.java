package io.batchscope.fused.cuda;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gives tensors their places so that those that are needed at the same time do not overlap; others may. */
final class MemoryPlan {
    /** What cudaMalloc aligns to, and the widest loads want. */
    static final long ALIGNMENT_BYTES = 256;

    private MemoryPlan() {}

    /**
     * Places them, largest first, each in the lowest gap among those of its time.
     *
     * @return bytes that all of them need together
     */
    static long place(List<DeviceTensor> tensors) {
        List<DeviceTensor> bySize = tensors.stream()
                .sorted(Comparator.comparingLong(DeviceTensor::bytes).reversed())
                .toList();
        List<DeviceTensor> placed = new ArrayList<>();
        long end = 0;
        for (DeviceTensor tensor : bySize) {
            tensor.place(lowestGap(
                    tensor,
                    placed.stream()
                            .filter(other -> meet(tensor, other))
                            .sorted(Comparator.comparingLong(DeviceTensor::offset))
                            .toList()));
            placed.add(tensor);
            end = Math.max(end, tensor.offset() + aligned(tensor.bytes()));
        }
        return end;
    }

    private static boolean meet(DeviceTensor a, DeviceTensor b) {
        return a.firstStep() <= b.lastStep() && b.firstStep() <= a.lastStep();
    }

    private static long lowestGap(DeviceTensor tensor, List<DeviceTensor> taken) {
        long from = 0;
        for (DeviceTensor other : taken) {
            if (other.offset() - from >= aligned(tensor.bytes())) {
                return from;
            }
            from = Math.max(from, other.offset() + aligned(other.bytes()));
        }
        return from;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }
}
