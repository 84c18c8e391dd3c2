package io.batchscope.train;

/** Where the time of updates went, in nanoseconds; one object is used again and again. */
final class StepTimes {
    long computeNanos;
    long syncNanos;
    long dataNanos;
    long totalNanos;

    void clear() {
        computeNanos = 0;
        syncNanos = 0;
        dataNanos = 0;
        totalNanos = 0;
    }

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
