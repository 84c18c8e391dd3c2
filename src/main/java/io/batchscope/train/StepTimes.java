package io.batchscope.train;

/** Where the time of updates went, in nanoseconds. */
final class StepTimes {
    long computeNanos;
    long syncNanos;
    long dataNanos;
    long totalNanos;

    void add(StepTimes step) {
        computeNanos += step.computeNanos;
        syncNanos += step.syncNanos;
        dataNanos += step.dataNanos;
        totalNanos += step.totalNanos;
    }

    static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
