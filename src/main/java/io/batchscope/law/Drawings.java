package io.batchscope.law;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How sure something fitted is: the same fitted to measurements drawn anew, many times.
 *
 * @param each one for each drawing, at least 40 for an interval with two different ends
 */
public record Drawings<T>(List<T> each) {
    static final double UPPER_QUANTILE = 0.975;

    public Drawings {
        each = List.copyOf(each);
    }

    /** What follows from each. */
    public <S> Drawings<S> map(Function<T, S> law) {
        return new Drawings<>(each.stream().map(law).toList());
    }

    /** With those of another fit to other measurements, one by one, as many as both have. */
    public <S> Drawings<Pair<T, S>> with(Drawings<S> others) {
        return new Drawings<>(IntStream.range(0, Math.min(each.size(), others.each.size()))
                .mapToObj(i -> new Pair<>(each.get(i), others.each.get(i)))
                .toList());
    }

    /** The 95 % percentile interval of anything that they say. */
    public Interval interval(ToDoubleFunction<T> of) {
        double[] sorted = each.stream().mapToDouble(of).sorted().toArray();
        int beyond = (int) Math.floor((1 - UPPER_QUANTILE) * sorted.length);
        return new Interval(sorted[beyond], sorted[sorted.length - 1 - beyond]);
    }

    /** The share of them for which something holds, in 0 … 1. */
    public double share(Function<T, Boolean> holds) {
        return each.stream().filter(holds::apply).count() / (double) each.size();
    }

    /** Two fits. */
    public record Pair<T, S>(T first, S second) {}
}
