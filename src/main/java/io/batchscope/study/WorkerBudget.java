package io.batchscope.study;

import io.batchscope.analysis.NumberText;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a worker may use, in bytes: the least that any executor has for one of its tasks.
 *
 * @param heap of its executor's heap
 * @param offHeap native memory
 * @param total both together
 * @param asked whether the study says the total; otherwise it is what the executors have
 * @param tasks workers that an executor holds at once; examples that they share count for each in part
 * @param shared the most bytes of examples that workers of an executor share
 */
public record WorkerBudget(long heap, long offHeap, long total, boolean asked, int tasks, long shared)
        implements Serializable {
    /** Spark keeps so much of a heap for itself ({@code UnifiedMemoryManager.RESERVED_SYSTEM_MEMORY_BYTES} of Spark 3.5). */
    private static final long HEAP_OF_SPARK = 300L << 20;

    /** Part of the heap up to which an executor keeps examples for its next runs. */
    private static final int CACHE_PART = 4;

    /**
     * The smallest of the executors' budgets for one worker.
     *
     * @param executors at least one
     * @param asked the total, if the study says it
     * @param atOnce the most workers that train at the same time
     */
    public static WorkerBudget of(List<ExecutorMemory> executors, OptionalLong asked, int atOnce) {
        long heap = Long.MAX_VALUE;
        long offHeap = Long.MAX_VALUE;
        long shared = Long.MAX_VALUE;
        int tasks = Integer.MAX_VALUE;
        for (ExecutorMemory executor : executors) {
            heap = Math.min(heap, Math.max(0, executor.heap() - HEAP_OF_SPARK) / Math.min(atOnce, executor.tasks()));
            offHeap = Math.min(offHeap, offHeap(executor, executors, atOnce));
            shared = Math.min(shared, executor.heap() / CACHE_PART);
            tasks = Math.min(tasks, Math.min(atOnce, executor.tasks()));
        }
        return new WorkerBudget(heap, offHeap, asked.orElse(heap + offHeap), asked.isPresent(), tasks, shared);
    }

    private static long offHeap(ExecutorMemory executor, List<ExecutorMemory> all, int atOnce) {
        int tasks = Math.min(atOnce, executor.tasks());
        long granted = executor.overhead() == null
                ? ofMachine(executor, all, atOnce)
                : (executor.overhead() - executor.jvm()) / tasks;
        if (executor.processMost() > 0) {
            granted = Math.min(granted, (executor.processMost() - executor.heap() - executor.jvm()) / tasks);
        }
        if (executor.nativeMost() > 0) {
            granted = Math.min(granted, executor.nativeMost() / tasks);
        }
        return Math.max(0, granted);
    }

    /** What the heaps of all executors on the machine leave, a part for each task on it. */
    private static long ofMachine(ExecutorMemory executor, List<ExecutorMemory> all, int atOnce) {
        long left = executor.machine();
        int tasks = 0;
        for (ExecutorMemory other : all) {
            if (other.host().equals(executor.host())) {
                left -= other.heap() + other.jvm();
                tasks += other.tasks();
            }
        }
        return left / Math.min(atOnce, tasks);
    }

    /** Whether a worker that needs so much has it. */
    public boolean holds(long heapBytes, long offHeapBytes) {
        return heapBytes <= heap && offHeapBytes <= offHeap && heapBytes + offHeapBytes <= total;
    }

    /** Such as {@code 2.0 GiB (1.5 GiB of heap and 0.5 GiB outside at most)}. */
    public String describe() {
        return NumberText.bytes(total) + (asked ? " (study.sync.memory-per-worker; " : " (") + "of it up to "
                + NumberText.bytes(Math.min(heap, total)) + " of heap and " + NumberText.bytes(Math.min(offHeap, total))
                + " outside)";
    }
}
