package io.batchscope.train;

/**
 * Sums and gathers vectors across the workers of one run. Every rank calls the same operations with the same lengths in the same
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
     * Gives every rank the messages of all: {@code values[starts[r] … starts[r + 1] − 1]} of rank r take the place of those
     * elements on every other rank. Nothing else changes. Messages may be empty and of different lengths. Returns when all
     * messages are there; ranks whose messages are empty may not have called it yet.
     *
     * @param values on each rank at least {@code starts[size]} long
     * @param starts the same on all ranks: size + 1 indices, from 0 on, none smaller than the one before it. Not kept
     * @throws IllegalArgumentException if that is not how many there are
     * @throws IndexOutOfBoundsException if a message is not within the values
     * @throws CollectiveException as {@link #allReduceSum(float[], int, int)}, also if another rank's starts differ
     */
    void allGather(int[] values, int[] starts);

    /**
     * Bytes of elements that this rank has sent in all operations so far, without what encloses them. Where nothing is sent,
     * or in another way, what a ring would have sent, so that it is the same number in every implementation: in a sum every
     * chunk but number rank + 1 once and every chunk but number rank + 2 once more; in a gathering every message but the one of
     * rank + 1; all modulo size. With one rank 0. Of sums that were begun only those that are finished count for sure; after a
     * failure it is undefined.
     */
    long sentBytes();

    @Override
    void close();
}
