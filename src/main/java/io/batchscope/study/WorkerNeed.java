package io.batchscope.study;

import io.batchscope.train.LoopMemory;
import java.io.Serializable;

/**
 * What one worker of a run needs of the heap, in bytes.
 *
 * @param loop the arrays of its step loop
 * @param exampleBytes its examples of all splits; its part of them where workers of an executor share them
 */
public record WorkerNeed(LoopMemory loop, long exampleBytes) implements Serializable {
    /** With micro-batches of so many examples. */
    public long heapBytes(long microBatch) {
        return fixedBytes() + loop.microBatchBytes(microBatch);
    }

    /** What does not depend on the micro-batch. */
    public long fixedBytes() {
        return exampleBytes + loop.fixedBytes();
    }
}
