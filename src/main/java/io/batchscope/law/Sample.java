package io.batchscope.law;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Observations as the fits take them: logarithms, ascending in x. Arrays are shared, not copied. */
final class Sample {
    final double[] logX;

    /** Of the lower ends; −∞ where there is none. */
    final double[] low;

    /** Of the upper ends; +∞ where there is none; that of the lower one where y is known. */
    final double[] high;

    /** Of each observation, the number of its x, from 0. */
    final int[] group;

    /** Different x. */
    final int groups;

    private Sample(double[] logX, double[] low, double[] high, int[] group, int groups) {
        this.logX = logX;
        this.low = low;
        this.high = high;
        this.group = group;
        this.groups = groups;
    }

    static Sample of(List<Observation> unordered) {
        // So that the order in which they are given changes nothing.
        List<Observation> observations = unordered.stream()
                .sorted(Comparator.comparingDouble(Observation::x)
                        .thenComparingDouble(Observation::low)
                        .thenComparingDouble(Observation::high))
                .toList();
        double[] different =
                observations.stream().mapToDouble(Observation::x).distinct().toArray();
        return new Sample(
                observations.stream().mapToDouble(each -> Math.log(each.x())).toArray(),
                observations.stream().mapToDouble(each -> Math.log(each.low())).toArray(),
                observations.stream().mapToDouble(each -> Math.log(each.high())).toArray(),
                observations.stream()
                        .mapToInt(each -> Arrays.binarySearch(different, each.x()))
                        .toArray(),
                different.length);
    }

    /** The same x with other y. */
    Sample with(double[] otherLow, double[] otherHigh) {
        return new Sample(logX, otherLow, otherHigh, group, groups);
    }

    int size() {
        return logX.length;
    }

    /** Whether both ends are known. */
    boolean isBounded(int observation) {
        return low[observation] > Double.NEGATIVE_INFINITY && high[observation] < Double.POSITIVE_INFINITY;
    }

    /** The middle of the interval, or its only end. */
    double place(int observation) {
        if (isBounded(observation)) {
            return (low[observation] + high[observation]) / 2;
        }
        return low[observation] > Double.NEGATIVE_INFINITY ? low[observation] : high[observation];
    }

    /** Median width of the intervals with two ends; 0 where y is known, and without any. */
    double typicalWidth() {
        double[] widths = IntStream.range(0, size())
                .filter(this::isBounded)
                .mapToDouble(k -> high[k] - low[k])
                .toArray();
        return widths.length == 0 ? 0 : CurveFit.median(widths);
    }

    double lowest() {
        return logX[0];
    }

    double highest() {
        return logX[logX.length - 1];
    }
}
