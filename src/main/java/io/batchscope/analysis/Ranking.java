package io.batchscope.analysis;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Batch sizes of all variants by something of which less is better.
 *
 * @param ordered least mean first
 * @param together whether how much runs differ is taken from all of them together (pooled variance), as a batch size has few
 *     runs: for what varies about alike everywhere, as the logarithm of seconds does. Otherwise each batch size has a spread of
 *     its own (Welch 1947), as the quality of a batch that trains badly may vary more; only one with a single run gets that of all
 */
record Ranking(List<Place> ordered, boolean together) {
    private static final double UPPER_QUANTILE = 0.975;

    /**
     * One of them.
     *
     * @param values one a run, at least one
     */
    record Place(VariantSummary group, List<Double> values) {
        double mean() {
            return StatUtils.mean(array());
        }

        private Estimate estimate() {
            return Objects.requireNonNull(Estimate.over(values, value -> value));
        }

        private double[] array() {
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }

        private double squares() {
            return values.size() < 2 ? 0 : StatUtils.variance(array()) * (values.size() - 1);
        }
    }

    /** @param values by group, those without any are left out */
    static Ranking together(Map<VariantSummary, List<Double>> values) {
        return new Ranking(ordered(values), true);
    }

    /** Likewise. */
    static Ranking apart(Map<VariantSummary, List<Double>> values) {
        return new Ranking(ordered(values), false);
    }

    private static List<Place> ordered(Map<VariantSummary, List<Double>> values) {
        return values.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> new Place(entry.getKey(), List.copyOf(entry.getValue())))
                .sorted(Comparator.comparingDouble(Place::mean)
                        .thenComparing(place -> place.group().batch().batchSize()))
                .toList();
    }

    /** Those of these groups, with a spread of their own. */
    Ranking only(List<VariantSummary> groups) {
        List<Place> left =
                ordered.stream().filter(place -> groups.contains(place.group())).toList();
        return new Ranking(left, together);
    }

    boolean isEmpty() {
        return ordered.isEmpty();
    }

    Place first() {
        return ordered.get(0);
    }

    /** Runs beyond the first of each batch size: the degrees of freedom of the spread. */
    private long repeats() {
        return ordered.stream().mapToLong(place -> place.values().size() - 1).sum();
    }

    /** Half the width of the 95 % interval of a mean over 1/{@code share} runs; empty where no batch size has two. */
    private OptionalDouble noise(double share) {
        long repeats = repeats();
        if (repeats == 0) {
            return OptionalDouble.empty();
        }
        double variance = ordered.stream().mapToDouble(Place::squares).sum() / repeats;
        return OptionalDouble.of(new TDistribution(null, repeats).inverseCumulativeProbability(UPPER_QUANTILE)
                * Math.sqrt(variance * share));
    }

    /** Half the width of the 95 % interval of the first's mean; empty where no batch size has two runs. */
    OptionalDouble noiseOfFirst() {
        return noise(1.0 / first().values().size());
    }

    private OptionalDouble noiseBeside(Place place) {
        Double apart = together ? null : first().estimate().halfWidthOfDifference(place.estimate());
        if (apart != null) {
            return OptionalDouble.of(apart);
        }
        return noise(1.0 / first().values().size() + 1.0 / place.values().size());
    }

    /** Those after the first whose mean is not shown to be more (95 % interval of the difference of means); all where no spread is known. */
    List<Place> near() {
        return ordered.stream()
                .skip(1)
                .filter(place ->
                        place.mean() - first().mean() <= noiseBeside(place).orElse(Double.POSITIVE_INFINITY))
                .toList();
    }

    Recommendation.Confidence confidence() {
        if (repeats() == 0 || first().values().size() == 1) {
            return Recommendation.Confidence.LOW;
        }
        boolean all = ordered.stream().allMatch(place -> place.values().size() > 1);
        return all && near().isEmpty() ? Recommendation.Confidence.HIGH : Recommendation.Confidence.MODERATE;
    }

    /**
     * About how many runs a batch size would tell the first from all that are near, if means and spread stayed: the interval shrinks
     * with their root; 0 where nothing is near, infinite where there is no difference.
     */
    double runsToDecide() {
        return near().stream()
                .mapToDouble(place -> {
                    double ratio =
                            noiseBeside(place).orElse(Double.POSITIVE_INFINITY) / (place.mean() - first().mean());
                    return Math.ceil(
                            Math.max(first().values().size(), place.values().size()) * ratio * ratio);
                })
                .max()
                .orElse(0);
    }
}
