package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs beside those of a reference with the same seeds, which start from the same parameters and see the same examples in the
 * same order. What a seed does to both so drops out of the differences, and the interval is that of their mean: the paired
 * t-interval (Student 1908). Only runs that neither diverged nor failed take part.
 *
 * @param difference of the measure of quality, these runs minus the reference's, over the seeds that both have; null without
 *     a common one, without interval with one, or where all seeds have the same one that is not 0
 * @param secondsRatio training time in that of the reference, over the common seeds; null where not measured
 * @param bytesRatio bytes sent in those of the reference, likewise; null also where the reference sent none
 * @param sameExamples whether both saw equally many examples, seed by seed; otherwise times and bytes are of unequal work
 */
public record PairedComparison(
        @Nullable Estimate difference,
        @Nullable Double secondsRatio,
        @Nullable Double bytesRatio,
        boolean sameExamples) {
    private static final double ROUNDING = 1e-9;

    static PairedComparison of(List<RunRecord> runs, List<RunRecord> reference, @Nullable Quality quality) {
        List<RunRecord> mine = runs.stream().filter(BatchSummary::isSettled).toList();
        List<RunRecord> theirs =
                reference.stream().filter(BatchSummary::isSettled).toList();
        return new PairedComparison(
                quality == null ? null : difference(bySeed(mine, quality::column), bySeed(theirs, quality::column)),
                ratio(bySeed(mine, RunRecord::trainSeconds), bySeed(theirs, RunRecord::trainSeconds)),
                ratio(bySeed(mine, PairedComparison::bytes), bySeed(theirs, PairedComparison::bytes)),
                sameExamples(
                        bySeed(mine, run -> (double) run.examples()), bySeed(theirs, run -> (double) run.examples())));
    }

    private static @Nullable Double bytes(RunRecord run) {
        Long bytes = run.bytesSent();
        return bytes == null ? null : (Double) bytes.doubleValue();
    }

    /** Means by seed, as a seed may have several runs. */
    static Map<Long, Double> bySeed(List<RunRecord> runs, Function<RunRecord, @Nullable Double> column) {
        Map<Long, Double> means = new TreeMap<>();
        runs.stream().collect(Collectors.groupingBy(RunRecord::seed)).forEach((seed, ofSeed) -> {
            Estimate estimate = Estimate.over(ofSeed, column);
            if (estimate != null) {
                means.put(seed, estimate.mean());
            }
        });
        return means;
    }

    private static Set<Long> common(Map<Long, Double> left, Map<Long, Double> right) {
        Set<Long> seeds = new TreeSet<>(left.keySet());
        seeds.retainAll(right.keySet());
        return seeds;
    }

    private static @Nullable Estimate difference(Map<Long, Double> mine, Map<Long, Double> theirs) {
        Estimate difference =
                Estimate.over(List.copyOf(common(mine, theirs)), seed -> at(mine, seed) - at(theirs, seed));
        return difference == null ? null : difference.unlessCoarse();
    }

    private static @Nullable Double ratio(Map<Long, Double> mine, Map<Long, Double> theirs) {
        Set<Long> seeds = common(mine, theirs);
        double whole = seeds.stream().mapToDouble(seed -> at(theirs, seed)).sum();
        return whole <= 0
                ? null
                : (Double) (seeds.stream().mapToDouble(seed -> at(mine, seed)).sum() / whole);
    }

    private static boolean sameExamples(Map<Long, Double> mine, Map<Long, Double> theirs) {
        return common(mine, theirs).stream()
                .allMatch(seed -> Math.abs(at(mine, seed) - at(theirs, seed)) <= ROUNDING * at(theirs, seed));
    }

    private static double at(Map<Long, Double> means, long seed) {
        return means.getOrDefault(seed, Double.NaN);
    }

    /** Whether the 95 % interval of the difference leaves out 0; false without an interval. */
    public boolean differenceShown() {
        return difference != null
                && difference.low() != null
                && difference.high() != null
                && (difference.low() > 0 || difference.high() < 0);
    }
}
