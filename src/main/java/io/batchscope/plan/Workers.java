package io.batchscope.plan;

import java.util.Collections;
import java.util.List;

/**
 * How many workers share a batch.
 *
 * @param asked the same numbers for all batch sizes, ascending; empty: one number, chosen by batch size
 */
record Workers(List<Integer> asked, int slots) {
    /** Below this batch size, agreeing on a gradient costs more time than sharing it saves. */
    private static final long LEAST_SHARED_BATCH = 256;

    private static final long EXAMPLES_PER_WORKER = 128;

    /**
     * Checks the numbers against the cluster.
     *
     * @throws ClusterException when there are too few slots
     */
    static Workers of(List<Integer> asked, ClusterFacts cluster) {
        int slots = cluster.slots();
        if (slots < 1) {
            throw new ClusterException("task slots (cluster): must be at least 1, but are " + slots
                    + "; start Spark with executors, or run on this machine with --master local[*]");
        }
        int most = asked.isEmpty() ? 1 : Collections.max(asked);
        if (most > slots) {
            List<Integer> fitting =
                    asked.stream().filter(number -> number <= slots).toList();
            throw new ClusterException(most
                    + " workers (study.sync.workers): must not exceed the cluster's task slots, but there are " + slots
                    + "; ask for fewer (--set sync.workers=" + (fitting.isEmpty() ? slots : fitting)
                    + " or auto), or give Spark more slots (more executors or cores, BATCHSCOPE_MASTER=local[" + most
                    + "] on this machine)");
        }
        return new Workers(asked, slots);
    }

    /**
     * Checks the numbers against the GPUs.
     *
     * @param slots workers that can have a GPU at the same time
     * @throws ClusterException when there are too few
     */
    static Workers onGpus(List<Integer> asked, int slots) {
        int most = asked.isEmpty() ? 1 : Collections.max(asked);
        if (most > slots) {
            List<Integer> fitting =
                    asked.stream().filter(number -> number <= slots).toList();
            throw new ClusterException(most + (most == 1 ? " worker" : " workers")
                    + " (study.sync.workers): with replica cuda must not exceed the workers that can have a GPU, but there"
                    + (slots == 1 ? " is 1" : " are " + slots) + "; "
                    + (slots == 0
                            ? ""
                            : "ask for fewer (--set sync.workers=" + (fitting.isEmpty() ? slots : fitting)
                                    + " or auto), ")
                    + "give Spark more GPUs (submit/*.sh --gpus N, --executors N), let several share one"
                    + " (--set gpu.ranks-per-device=N), or train on processors (--set replica=fused)");
        }
        return new Workers(asked, slots);
    }

    /**
     * Numbers of workers of the runs with this global batch size, each at least 1, ascending. Where they are chosen, one, so
     * many that their shares of a batch differ by at most one example.
     *
     * @param lanes of the epoch's order
     */
    List<Integer> forBatch(long batchSize, int lanes) {
        if (!asked.isEmpty()) {
            return asked;
        }
        int most = batchSize < LEAST_SHARED_BATCH ? 1 : (int) Math.min(slots, batchSize / EXAMPLES_PER_WORKER);
        int workers = Math.min(most, lanes);
        while (lanes % workers != 0) {
            workers--;
        }
        return List.of(workers);
    }
}
