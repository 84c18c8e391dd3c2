package io.batchscope.plan;

import java.util.List;

/** How many lanes the order of an epoch has, see {@code data.EpochOrder}: one number for all runs of a study. */
final class Lanes {
    /** Numbers that most counts of workers divide, so that shares of a batch differ by at most one example. */
    private static final int[] HIGHLY_COMPOSITE = {1, 2, 12, 60, 840, 5040, 55440, 720720};

    private static final long EXAMPLES_PER_LANE = 32;

    private Lanes() {}

    /**
     * The largest of a few highly composite numbers that leaves 32 examples a lane; where numbers of workers are asked for, a
     * multiple of each as long as it stays within the number of examples. So runs that differ in their workers see the same
     * batches. The cluster has no say: on another one a study is the same.
     */
    static int count(long examples, List<Integer> workersAsked) {
        long lanes = 1;
        for (int candidate : HIGHLY_COMPOSITE) {
            if (examples / candidate >= EXAMPLES_PER_LANE) {
                lanes = candidate;
            }
        }
        for (int workers : workersAsked) {
            long multiple = lanes / greatestCommonDivisor(lanes, workers) * workers;
            if (multiple <= Math.min(examples, Integer.MAX_VALUE)) {
                lanes = multiple;
            }
        }
        return (int) lanes;
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
