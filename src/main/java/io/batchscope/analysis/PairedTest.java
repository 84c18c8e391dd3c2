package io.batchscope.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * The paired t-test (Student 1908) of one batch size against another: over the n seeds that both have, with differences of mean
 * d and standard deviation s, t = d·√n / s is held against Student's distribution with n − 1 degrees of freedom, on both sides.
 *
 * @param difference mean of the differences with its 95 % t-interval, without interval where p is null; null without a common
 *     seed
 * @param pValue how likely so large a |t| is if nothing differs, in [0, 1]; null unless there are two common seeds, or
 *     if all differences are the same but for rounding: coarse measures do that by chance, and t would be infinite
 */
record PairedTest(@Nullable Estimate difference, @Nullable Double pValue) {
    private static final double ROUNDING = 1e-9;

    /**
     * Of values by seed.
     *
     * @param mine what {@code reference} is subtracted from
     */
    static PairedTest of(Map<Long, Double> mine, Map<Long, Double> reference) {
        List<@Nullable Double> differences = new ArrayList<>();
        for (long seed : new TreeSet<>(mine.keySet())) {
            Double value = mine.get(seed);
            Double other = reference.get(seed);
            if (value != null && other != null) {
                differences.add(value - other);
            }
        }
        Estimate difference = Estimate.of(differences);
        if (difference == null) {
            return new PairedTest(null, null);
        }
        return new PairedTest(difference.unlessCoarse(), pValue(difference));
    }

    private static @Nullable Double pValue(Estimate difference) {
        Double deviation = difference.standardDeviation();
        if (deviation == null) {
            return null;
        }
        if (deviation <= ROUNDING * Math.abs(difference.mean())) {
            return difference.mean() == 0 ? (Double) 1.0 : null;
        }
        double t = Math.abs(difference.mean()) * Math.sqrt(difference.count()) / deviation;
        return 2 * new TDistribution(null, difference.count() - 1.0).cumulativeProbability(-t);
    }

    /**
     * The p-values of m tests, so enlarged that the chance of one false alarm among all of them is at most the level that they
     * are held against (Holm 1979): in ascending order, the i-th (from 1) becomes the largest (m − j + 1)·p_j with j ≤ i, at
     * most 1.
     */
    static List<Double> holm(List<Double> pValues) {
        int count = pValues.size();
        List<Integer> ascending = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparing(pValues::get))
                .toList();
        Double[] adjusted = new Double[count];
        double largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.min(1, (count - i) * pValues.get(ascending.get(i))));
            adjusted[ascending.get(i)] = largest;
        }
        return List.of(adjusted);
    }
}
