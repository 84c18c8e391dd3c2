package io.batchscope.train;

/**
 * Sums vectors across the workers of one run. Every rank calls the same operations with the same lengths in the same
 * order. After a sum all ranks hold bit-identical values, and they are the same for every implementation: of n ranks and a
 * range of length m, chunk c = 0 … n − 1 is elements ⌊c·m/n⌋ … ⌊(c + 1)·m/n⌋ − 1, and its sum is taken in the order of
 * ranks c, c + 1, … n − 1, 0, … c − 1, from the left. Ranges may lie elsewhere on each rank; their lengths agree.
 */
public interface Collective extends AutoCloseable {
    /** This worker, 0 … size − 1. */
    int rank();

    /** How many workers. */
    int size();

    /**
     * Replaces {@code values[from … to − 1]} by their sum over all ranks.
     *
     * @throws CollectiveException if a peer died, sent nonsense or did not come within the time-out
     */
    void allReduceSum(float[] values, int from, int to);

    /** As {@link #allReduceSum(float[], int, int)}, in double. */
    void allReduceSum(double[] values, int from, int to);

    /**
     * Begins what {@link #allReduceSum(float[], int, int)} does and may return before it is done. Sums are taken in the
     * order in which they were begun. Until {@link #finish} has returned, their ranges belong to the collective, they must
     * not overlap, and no other operation but this one may be called.
     *
     * @throws CollectiveException as there; or from {@link #finish}
     */
    default void begin(float[] values, int from, int to) {
        allReduceSum(values, from, to);
    }

    /**
     * Waits until all sums that were begun are done.
     *
     * @throws CollectiveException if one of them could not be finished
     */
    default void finish() {}

    /**
     * Gives every rank's part to all: {@code values[starts[r] … starts[r + 1] − 1]} become rank r's on all ranks. Parts may
     * be empty.
     *
     * @param starts {@code size + 1} ascending indices of {@code values}, the same on all ranks
     * @throws CollectiveException as {@link #allReduceSum(float[], int, int)}
     */
    default void allGather(int[] values, int[] starts) {
        throw new UnsupportedOperationException();
    }

    /**
     * Bytes of elements that this rank has sent in all operations so far. Where nothing is sent, in memory, those that it
     * would have sent on a ring, so that the number is the same for every implementation. All-reducing m elements
     * takes 2·(size − 1)/size·m of them, rounded by chunks; gathering takes every part but that of the next rank.
     */
    default long sentBytes() {
        return 0;
    }

    @Override
    void close();
}
