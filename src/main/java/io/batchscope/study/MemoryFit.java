package io.batchscope.study;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What one executor found.
 *
 * @param law native memory of a replica there
 * @param microBatch the largest of those tried that fits; 0 if none does
 * @param failure why a replica could not be measured at all, and what to do about it; null if it could
 */
public record MemoryFit(NativeLaw law, int microBatch, @Nullable String failure) implements Serializable {
    /** What holds for all: the smallest micro-batch, with the law that asks for the most memory there. */
    public MemoryFit and(MemoryFit other) {
        if (failure != null || other.failure != null) {
            return failure != null ? this : other;
        }
        if (microBatch != other.microBatch) {
            return microBatch < other.microBatch ? this : other;
        }
        return law.bytes(Math.max(1, microBatch)) >= other.law.bytes(Math.max(1, microBatch)) ? this : other;
    }
}
