package io.batchscope.law;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Arrivals as the fits take them: logarithms, ascending in batch size. Arrays are shared, not copied. */
final class Sample {
    final double[] logBatch;
    final double[] logSteps;
    final boolean[] reached;

    /** Of each run, the number of its batch size, from 0. */
    final int[] group;

    /** Batch sizes. */
    final int groups;

    private Sample(double[] logBatch, double[] logSteps, boolean[] reached, int[] group, int groups) {
        this.logBatch = logBatch;
        this.logSteps = logSteps;
        this.reached = reached;
        this.group = group;
        this.groups = groups;
    }

    static Sample of(List<Arrival> unordered) {
        // So that the order in which runs are given changes nothing.
        List<Arrival> arrivals = unordered.stream()
                .sorted(Comparator.comparingLong(Arrival::batchSize)
                        .thenComparingDouble(Arrival::steps)
                        .thenComparing(Arrival::reached))
                .toList();
        long[] batches = arrivals.stream()
                .mapToLong(Arrival::batchSize)
                .sorted()
                .distinct()
                .toArray();
        int size = arrivals.size();
        double[] logBatch = new double[size];
        double[] logSteps = new double[size];
        boolean[] reached = new boolean[size];
        int[] group = new int[size];
        for (int i = 0; i < size; i++) {
            Arrival arrival = arrivals.get(i);
            logBatch[i] = Math.log(arrival.batchSize());
            logSteps[i] = Math.log(arrival.steps());
            reached[i] = arrival.reached();
            group[i] = Arrays.binarySearch(batches, arrival.batchSize());
        }
        return new Sample(logBatch, logSteps, reached, group, batches.length);
    }

    /** The same runs with other numbers of steps. */
    Sample with(double[] otherLogSteps, boolean[] otherReached) {
        return new Sample(logBatch, otherLogSteps, otherReached, group, groups);
    }

    int size() {
        return logBatch.length;
    }

    double lowestLogBatch() {
        return Arrays.stream(logBatch).min().orElseThrow();
    }

    double highestLogBatch() {
        return Arrays.stream(logBatch).max().orElseThrow();
    }
}
