package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How wide the range of learning rates is that train, in octaves: log₂ of the largest over the smallest.
 *
 * <p>For one seed, a rate η keeps the share s(η) = (L₀ − L(η)) / (L₀ − L(η*)) of what the best rate η* takes off the validation
 * loss: L₀ before the first update, L in the end, η* the rate of the lowest L. A run that diverged or that ended above L₀ keeps 0. A rate
 * trains if it keeps at least {@link #KEPT}. The range holds η* and all rates on both sides of it up to the first that does
 * not train; between these two the end is where the straight line through s against log₂ η crosses {@link #KEPT}. Where the
 * last rate tried still trains, the range is open there and wider than its width.
 *
 * @param width mean over seeds; a lower bound where the range is open
 * @param low smallest rate that trains, geometric mean over seeds
 * @param high largest one, likewise
 * @param openBelow whether with some seed the smallest rate tried trains
 * @param openAbove whether with some seed the largest one does
 */
public record RateRange(Estimate width, double low, double high, boolean openBelow, boolean openAbove) {
    /** The share of the best rate's reduction of the loss that a rate keeps that trains. */
    public static final double KEPT = 0.9;

    /** With one seed; ends are log₂ of rates. */
    private record OfSeed(double low, double high, boolean openBelow, boolean openAbove) {}

    /** A rate and what it keeps. */
    private record Point(double log2Rate, double kept) {}

    /** Whether it is at least so wide, not just so wide. */
    public boolean isOpen() {
        return openBelow || openAbove;
    }

    /**
     * The range over those seeds.
     *
     * @param trials ascending
     * @param starts validation loss before the first update, by run
     * @return null where the loss was not measured, or with some seed no rate took anything off it
     */
    static @Nullable RateRange of(List<RateTrial> trials, Set<Long> seeds, Map<String, Double> starts) {
        List<OfSeed> ranges = new ArrayList<>();
        for (long seed : seeds) {
            OfSeed range = trials.size() < 2 ? null : ofSeed(points(trials, seed, starts));
            if (range == null) {
                return null;
            }
            ranges.add(range);
        }
        Estimate width = Estimate.over(ranges, range -> range.high() - range.low());
        return width == null
                ? null
                : new RateRange(
                        width,
                        Math.pow(2, mean(ranges.stream().map(OfSeed::low))),
                        Math.pow(2, mean(ranges.stream().map(OfSeed::high))),
                        ranges.stream().anyMatch(OfSeed::openBelow),
                        ranges.stream().anyMatch(OfSeed::openAbove));
    }

    private static double mean(Stream<Double> values) {
        return values.mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** Ascending in rate; none where a loss is missing or nothing was taken off it. */
    private static List<Point> points(List<RateTrial> trials, long seed, Map<String, Double> starts) {
        double[] reductions = new double[trials.size()];
        double best = 0;
        for (int i = 0; i < reductions.length; i++) {
            RunRecord run = trials.get(i).with(Set.of(seed)).get(0);
            Double start = starts.get(run.runId());
            Double end = run.validationLoss();
            if (BatchSummary.isSettled(run)) {
                if (start == null || end == null) {
                    return List.of();
                }
                reductions[i] = Math.max(0, start - end);
            }
            best = Math.max(best, reductions[i]);
        }
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < reductions.length && best > 0; i++) {
            points.add(new Point(Math.log(trials.get(i).rate()) / Math.log(2), reductions[i] / best));
        }
        return points;
    }

    private static @Nullable OfSeed ofSeed(List<Point> points) {
        int best = 0;
        for (int i = 1; i < points.size(); i++) {
            best = points.get(i).kept() > points.get(best).kept() ? i : best;
        }
        if (points.isEmpty()) {
            return null;
        }
        int first = best;
        while (first > 0 && trains(points.get(first - 1))) {
            first--;
        }
        int last = best;
        while (last < points.size() - 1 && trains(points.get(last + 1))) {
            last++;
        }
        boolean openBelow = first == 0;
        boolean openAbove = last == points.size() - 1;
        return new OfSeed(
                openBelow ? points.get(0).log2Rate() : crossing(points.get(first), points.get(first - 1)),
                openAbove ? points.get(last).log2Rate() : crossing(points.get(last), points.get(last + 1)),
                openBelow,
                openAbove);
    }

    private static boolean trains(Point point) {
        return point.kept() >= KEPT;
    }

    private static double crossing(Point inside, Point outside) {
        double way = (inside.kept() - KEPT) / (inside.kept() - outside.kept());
        return inside.log2Rate() + way * (outside.log2Rate() - inside.log2Rate());
    }
}
