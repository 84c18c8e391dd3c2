package io.batchscope.train;

/**
 * Sums vectors across the workers of one run. Every rank calls the same operations with the same lengths in the same
 * order. After a sum all ranks hold bit-identical values; the order of summation is fixed by rank.
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

    @Override
    void close();
}
