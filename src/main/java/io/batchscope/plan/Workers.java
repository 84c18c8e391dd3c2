package io.batchscope.plan;

import java.util.OptionalInt;

/**
 * How many workers share a batch.
 *
 * @param asked the same number for all batch sizes; empty: chosen by batch size
 */
record Workers(OptionalInt asked, int slots) {
    /** Below this batch size, agreeing on a gradient costs more time than sharing it saves. */
    private static final long LEAST_SHARED_BATCH = 256;

    private static final long EXAMPLES_PER_WORKER = 128;

    /**
     * Checks the number against the cluster.
     *
     * @throws ClusterException when there are too few slots
     */
    static Workers of(OptionalInt asked, ClusterFacts cluster) {
        int slots = cluster.slots();
        if (slots < 1) {
            throw new ClusterException("task slots (cluster): must be at least 1, but are " + slots
                    + "; start Spark with executors, or run on this machine with --master local[*]");
        }
        if (asked.isPresent() && asked.getAsInt() > slots) {
            throw new ClusterException(asked.getAsInt()
                    + " workers (study.sync.workers): must not exceed the cluster's task slots, but there are " + slots
                    + "; ask for fewer (--set sync.workers=" + slots
                    + " or auto), or give Spark more slots (more executors or cores, local[" + asked.getAsInt()
                    + "] on this machine)");
        }
        return new Workers(asked, slots);
    }

    /**
     * Workers of a run with this global batch size, at least 1. Where they are chosen, so many that their shares of a batch
     * differ by at most one example.
     *
     * @param lanes of the epoch's order
     */
    int forBatch(long batchSize, int lanes) {
        if (asked.isPresent()) {
            return asked.getAsInt();
        }
        int most = batchSize < LEAST_SHARED_BATCH ? 1 : (int) Math.min(slots, batchSize / EXAMPLES_PER_WORKER);
        int workers = Math.min(most, lanes);
        while (lanes % workers != 0) {
            workers--;
        }
        return workers;
    }
}
