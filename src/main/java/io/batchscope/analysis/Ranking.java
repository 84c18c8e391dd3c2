package io.batchscope.analysis;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Batch sizes of all variants by something of which less is better, as far as it was measured.
 *
 * @param ordered least first
 */
record Ranking(List<Place> ordered) {
    /** One of them. */
    record Place(VariantSummary group, Estimate estimate) {}

    Ranking {
        ordered = List.copyOf(ordered);
    }

    /** Those that have it. */
    static Ranking of(List<VariantSummary> groups, Function<BatchSummary, @Nullable Estimate> column) {
        return new Ranking(groups.stream()
                .flatMap(group -> {
                    Estimate estimate = column.apply(group.batch());
                    return estimate == null ? Stream.<Place>empty() : Stream.of(new Place(group, estimate));
                })
                .sorted(Comparator.comparingDouble(
                        (Place place) -> place.estimate().mean()))
                .toList());
    }

    boolean isEmpty() {
        return ordered.isEmpty();
    }

    Place first() {
        return ordered.get(0);
    }

    /** Those after the first whose mean is not shown to be more (95 % interval of the difference of means, Welch 1947). */
    List<Place> near() {
        return ordered.stream().skip(1).filter(place -> !isWorse(place)).toList();
    }

    private boolean isWorse(Place place) {
        Double noise = first().estimate().halfWidthOfDifference(place.estimate());
        return noise != null && place.estimate().mean() - first().estimate().mean() > noise;
    }

    Recommendation.Confidence confidence() {
        if (ordered.stream().anyMatch(place -> place.estimate().count() < 2)) {
            return Recommendation.Confidence.LOW;
        }
        return near().isEmpty() ? Recommendation.Confidence.HIGH : Recommendation.Confidence.MODERATE;
    }

    /**
     * About how many runs a batch size would tell the first from the nearest, if their means and spreads stayed: both half widths
     * shrink with the root of the runs; 0 where that is not known, or nothing is near.
     */
    long runsToDecide() {
        return near().stream()
                .mapToLong(place -> {
                    Double noise = first().estimate().halfWidthOfDifference(place.estimate());
                    double difference =
                            place.estimate().mean() - first().estimate().mean();
                    int runs = Math.max(
                            first().estimate().count(), place.estimate().count());
                    return noise == null || difference <= 0
                            ? 0
                            : (long) Math.ceil(runs * Math.pow(noise / difference, 2));
                })
                .max()
                .orElse(0);
    }
}
