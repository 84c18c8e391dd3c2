package io.batchscope.train;

import io.batchscope.train.Checkpoint.Peaks;

/** The most memory seen so far, of this process and of one replica in it. For the replica's thread. */
final class MemoryPeaks {
    private final Replica replica;
    private long residentBytes;
    private long heapBytes;
    private long offHeapBytes;

    MemoryPeaks(Replica replica) {
        this.replica = replica;
    }

    /** Looks. */
    void sample() {
        Runtime runtime = Runtime.getRuntime();
        residentBytes = Math.max(residentBytes, ResidentMemory.bytes());
        heapBytes = Math.max(heapBytes, runtime.totalMemory() - runtime.freeMemory());
        offHeapBytes = Math.max(offHeapBytes, replica.nativeBytes());
    }

    /** The most so far. */
    Peaks peaks() {
        return new Peaks(residentBytes, heapBytes, offHeapBytes);
    }

    /** Takes over what was seen before. */
    void restore(Peaks earlier) {
        residentBytes = Math.max(residentBytes, earlier.memoryBytes());
        heapBytes = Math.max(heapBytes, earlier.heapBytes());
        offHeapBytes = Math.max(offHeapBytes, earlier.offHeapBytes());
    }

    /** The most of any rank; for all ranks to ask at the same time. */
    Peaks overRanks(Collective collective) {
        double[] own = {residentBytes, heapBytes, offHeapBytes};
        double[] all = new double[own.length * collective.size()];
        System.arraycopy(own, 0, all, own.length * collective.rank(), own.length);
        collective.allReduceSum(all, 0, all.length);
        long[] most = new long[own.length];
        for (int i = 0; i < all.length; i++) {
            most[i % own.length] = Math.max(most[i % own.length], (long) all[i]);
        }
        return new Peaks(most[0], most[1], most[2]);
    }
}
