package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The search for the best rate of one variant at one batch size.
 *
 * <p>Rates are compared over those seeds that all of them have, so that none wins because it has fewer or other ones. Runs
 * that failed say nothing of a rate and count as missing. A rate with which no seed would be left is not compared.
 *
 * <p>The tuned rate is the one with which the most runs reached the target, and of these the one with the fewest updates until then
 * on average (steps to result, Shallue et al. 2019, section 3.1); where there is no target or no run reached it, the one with
 * which the fewest runs diverged, and of these the one with the best mean quality ({@link RateMeasure}). Equals go to the factor
 * nearest to 1. Where all runs diverged it is the smallest.
 *
 * @param trials every rate tried, ascending, at least two
 * @param compared those that are compared, ascending; empty where all runs failed
 * @param seeds over which
 * @param measure of quality; null where nothing was measured
 * @param tuned of {@code trials}
 * @param range of the rates that train; null where that cannot be told
 */
public record RateSearch(
        Variant variant,
        long batchSize,
        List<RateTrial> trials,
        List<RateTrial> compared,
        Set<Long> seeds,
        @Nullable RateMeasure measure,
        RateTrial tuned,
        @Nullable RateRange range) {
    public RateSearch {
        trials = List.copyOf(trials);
        compared = List.copyOf(compared);
        seeds = Set.copyOf(seeds);
    }

    /**
     * The search among the runs of a variant and batch size; empty where they all have one rate.
     *
     * @param starts validation loss before the first update, by run
     */
    static Optional<RateSearch> of(
            Variant variant, List<RunRecord> runs, @Nullable RateMeasure measure, Map<String, Double> starts) {
        List<RateTrial> trials = runs.stream()
                .collect(Collectors.groupingBy(RateTrial::factorOf, TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(entry -> new RateTrial(entry.getKey(), entry.getValue()))
                .toList();
        if (trials.size() < 2) {
            return Optional.empty();
        }
        List<RateTrial> compared = new ArrayList<>();
        Set<Long> seeds = compare(trials, compared);
        return Optional.of(new RateSearch(
                variant,
                runs.get(0).batchSize(),
                trials,
                compared,
                seeds,
                measure,
                tuned(trials, compared, seeds, measure),
                RateRange.of(compared, seeds, starts)));
    }

    /** Those with the most seeds first, as long as they have one in common. */
    private static Set<Long> compare(List<RateTrial> trials, List<RateTrial> compared) {
        Set<Long> common = new TreeSet<>();
        List<RateTrial> ordered = trials.stream()
                .sorted(Comparator.comparingInt(
                                (RateTrial trial) -> trial.seeds().size())
                        .reversed()
                        .thenComparingDouble(RateTrial::distance))
                .toList();
        for (RateTrial trial : ordered) {
            Set<Long> left = trial.seeds();
            if (!compared.isEmpty()) {
                left.retainAll(common);
            }
            if (!left.isEmpty()) {
                common = left;
                compared.add(trial);
            }
        }
        compared.sort(Comparator.comparingDouble(RateTrial::factor));
        return common;
    }

    private static RateTrial tuned(
            List<RateTrial> trials, List<RateTrial> compared, Set<Long> seeds, @Nullable RateMeasure measure) {
        if (compared.isEmpty()) {
            return trials.stream()
                    .min(Comparator.comparingDouble(RateTrial::distance))
                    .orElseThrow();
        }
        RateTrial.Score best = ranked(compared, seeds, measure).get(0);
        return best.settled() == 0 ? compared.get(0) : best.trial();
    }

    private static List<RateTrial.Score> ranked(
            List<RateTrial> compared, Set<Long> seeds, @Nullable RateMeasure measure) {
        Comparator<RateTrial.Score> byTarget = Comparator.comparingInt(RateTrial.Score::arrived)
                .reversed()
                .thenComparingDouble(score -> or(score.stepsToTarget(), Double.POSITIVE_INFINITY));
        Comparator<RateTrial.Score> byQuality = Comparator.comparingInt(RateTrial.Score::settled)
                .reversed()
                .thenComparingDouble(score -> badness(score, measure));
        return compared.stream()
                .map(trial -> trial.score(seeds, measure))
                .sorted(byTarget.thenComparing(byQuality)
                        .thenComparingDouble(score -> score.trial().distance())
                        .thenComparingDouble(score -> score.trial().factor()))
                .toList();
    }

    private static double badness(RateTrial.Score score, @Nullable RateMeasure measure) {
        Double quality = score.quality();
        return quality == null || measure == null ? Double.POSITIVE_INFINITY : -measure.goodness(quality);
    }

    private static double or(@Nullable Double value, double other) {
        return value == null ? other : value;
    }

    /** The compared rates, best first. */
    List<RateTrial.Score> ranked() {
        return ranked(seeds);
    }

    /** The same over some of the seeds. */
    List<RateTrial.Score> ranked(Set<Long> ofSeeds) {
        return ranked(compared, ofSeeds, measure);
    }

    /** The runs with other rates than the tuned one. */
    List<RunRecord> leftOut() {
        return trials.stream()
                .filter(trial -> !trial.equals(tuned))
                .flatMap(trial -> trial.runs().stream())
                .toList();
    }

    /** Whether no smaller rate was tried. */
    public boolean atLowEdge() {
        return tuned.equals(trials.get(0));
    }

    /** Whether no larger rate was tried. */
    public boolean atHighEdge() {
        return tuned.equals(trials.get(trials.size() - 1));
    }

    /** The factor that would go on below the grid by its last step. */
    double nextBelow() {
        double first = trials.get(0).factor();
        return first * first / trials.get(1).factor();
    }

    /** The same above it. */
    double nextAbove() {
        double last = trials.get(trials.size() - 1).factor();
        return last * last / trials.get(trials.size() - 2).factor();
    }

    /** The largest rate at which, and below which, no run diverged; empty where the smallest diverged. */
    public OptionalDouble largestWithoutDivergence() {
        OptionalDouble largest = OptionalDouble.empty();
        for (RateTrial trial : trials) {
            if (trial.summary().diverged() > 0) {
                break;
            }
            if (!trial.seeds().isEmpty()) {
                largest = OptionalDouble.of(trial.rate());
            }
        }
        return largest;
    }
}
