package io.batchscope.study;

import io.batchscope.data.Batch;
import io.batchscope.train.DeviceMemoryException;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import java.io.Serializable;
import java.util.List;

/**
 * Looks for the largest micro-batch with which every run's worker fits its budget, by measuring replicas where they will
 * train. Sizes are tried from small to large and only where what was measured before says that they fit, so that the
 * search itself needs no more than the budget.
 *
 * @param replicas makes what is measured
 * @param features numbers per example
 * @param needs of the runs' workers, each once
 * @param budget that none may exceed
 */
public record MicroBatchSearch(ReplicaFactory replicas, int features, List<WorkerNeed> needs, WorkerBudget budget)
        implements Serializable {
    /** Small sizes show what an example takes; cheap with every model. */
    private static final int FEW = 8;

    public MicroBatchSearch {
        needs = List.copyOf(needs);
    }

    /**
     * The largest that fits of {@code least}, {@code most}, its halves and the powers of two below it; 0 if {@code least}
     * does not fit.
     */
    public MemoryFit between(int least, int most) {
        if (least <= 1) {
            return upTo(most);
        }
        MemoryFit needed = exactly(least);
        if (needed.microBatch() == 0 || least >= most) {
            return needed;
        }
        MemoryFit larger = upTo(most);
        return larger.microBatch() > least ? larger : needed;
    }

    /** The largest that fits of {@code most}, its halves and the powers of two below it. */
    public MemoryFit upTo(int most) {
        MemoryFit small = small(most);
        NativeLaw law = small.law();
        int candidate = small.microBatch() == 0 ? 0 : largest(law, most);
        while (candidate > 1) {
            int half = candidate / 2;
            // Where the law bends, as where a replica works in parts, the half shows how it goes on.
            law = half > FEW ? measured(law, half) : law;
            if ((half <= FEW || isProven(law, half)) && fits(law, candidate)) {
                law = measured(law, candidate);
                if (isProven(law, candidate)) {
                    return new MemoryFit(law, candidate, null);
                }
            }
            candidate = half;
        }
        return new MemoryFit(law, candidate, small.failure());
    }

    /** The same with replicas made by others, such as those on a worker's own GPU. */
    public MicroBatchSearch with(ReplicaFactory others) {
        return new MicroBatchSearch(others, features, needs, budget);
    }

    /**
     * {@code wanted} if it fits, else 0. A GPU that is too small for it is no reason against it: runs whose workers' share
     * of a batch is smaller may fit, and the others say so themselves.
     */
    public MemoryFit exactly(int wanted) {
        MemoryFit small = small(wanted);
        NativeLaw law = small.law();
        if (small.microBatch() > 0 && fits(law, wanted)) {
            try {
                law = isMeasured(law, wanted) ? law : measure(law, wanted);
            } catch (DeviceMemoryException e) {
                return new MemoryFit(law, wanted, null);
            } catch (OutOfMemoryError e) {
                return new MemoryFit(law, 0, null);
            }
            if (isProven(law, wanted)) {
                return new MemoryFit(law, wanted, null);
            }
        }
        return new MemoryFit(law, 0, small.failure());
    }

    /** One example, two, and a few more. */
    private MemoryFit small(int most) {
        if (!fits(NativeLaw.NONE, 1)) {
            return new MemoryFit(NativeLaw.NONE, 0, null);
        }
        NativeLaw law;
        try {
            law = measure(NativeLaw.NONE, 1);
        } catch (OutOfMemoryError e) {
            return new MemoryFit(
                    NativeLaw.NONE,
                    0,
                    e.getMessage() + "; give executors more memory beside the heap (spark.executor.memoryOverhead)");
        } catch (DeviceMemoryException e) {
            return new MemoryFit(
                    NativeLaw.NONE, 0, e.getMessage() + "; use a GPU with more memory, or a smaller network");
        }
        if (!fits(law, 1)) {
            return new MemoryFit(law, 0, null);
        }
        if (most > 1) {
            law = measured(law, 2);
            law = measured(law, largest(law, Math.min(FEW, most)));
        }
        return new MemoryFit(law, 1, null);
    }

    /** The largest power of two, or {@code most}, that fits by the law; 1 always does. */
    private int largest(NativeLaw law, int most) {
        if (fits(law, most)) {
            return most;
        }
        int candidate = Integer.highestOneBit(most);
        while (candidate > 1 && !fits(law, candidate)) {
            candidate /= 2;
        }
        return candidate;
    }

    private boolean fits(NativeLaw law, int microBatch) {
        return needs.stream().allMatch(need -> budget.holds(need.heapBytes(microBatch), law.bytes(microBatch)));
    }

    private boolean isProven(NativeLaw law, int microBatch) {
        return isMeasured(law, microBatch) && fits(law, microBatch);
    }

    private static boolean isMeasured(NativeLaw law, int microBatch) {
        return law.points().stream().anyMatch(point -> point.microBatch() == microBatch);
    }

    /** The law with one more point, or without it if there is not so much memory. */
    private NativeLaw measured(NativeLaw law, int microBatch) {
        try {
            return isMeasured(law, microBatch) ? law : measure(law, microBatch);
        } catch (OutOfMemoryError | DeviceMemoryException e) {
            // As large as it is, it does not fit; the caller sees that nothing was measured.
            return law;
        }
    }

    private NativeLaw measure(NativeLaw law, int microBatch) {
        Batch batch = new Batch(microBatch, features);
        batch.fill(new Blank(features), 0, microBatch);
        try (Replica replica = replicas.create(1, microBatch)) {
            replica.gradient(batch, 1f / microBatch, false, new float[replica.parameterCount()]);
            replica.score(batch);
            return law.with(new NativeLaw.Point(microBatch, replica.nativeBytes()));
        }
    }
}
