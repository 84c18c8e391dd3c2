package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a search for the best rates shows at each batch size: the best rate, the range that trains, and where runs diverge. */
final class RateFindings {
    private static final String UNIT = "learning rate";
    private static final String ADD = " to learning-rate.search.factors";

    private final StudySummary summary;

    private RateFindings(StudySummary summary) {
        this.summary = summary;
    }

    /** Ascending in batch size; none for a study without a search. */
    static List<FindingRecord> of(StudySummary summary) {
        RateFindings rates = new RateFindings(summary);
        List<FindingRecord> findings = new ArrayList<>();
        List<RateSearch> searches = summary.searches().searches();
        searches.stream().map(rates::best).forEach(findings::add);
        searches.stream().map(rates::range).forEach(findings::add);
        searches.stream().map(rates::divergence).forEach(findings::add);
        return findings;
    }

    private FindingRecord best(RateSearch search) {
        RateTrial tuned = search.tuned();
        if (search.compared().isEmpty()) {
            return record("best_learning_rate", search, null, "all runs failed, so no rate can be told from another");
        }
        List<RateTrial.Score> ranked = search.ranked();
        RateTrial.Score best = ranked.get(0);
        if (best.settled() == 0) {
            return record(
                    "best_learning_rate",
                    search,
                    null,
                    "all runs diverged at all " + search.trials().size() + " rates; add "
                            + NumberText.significant(search.nextBelow()) + ADD);
        }
        String words = "the best of " + search.trials().size() + " rates is " + tuned.name() + ", with "
                + reached(best, search);
        if (ranked.size() > 1) {
            RateTrial.Score next = ranked.get(1);
            words += "; next is " + next.trial().name() + ", with " + reached(next, search);
        }
        return record(
                "best_learning_rate", search, tuned.rate(), words + over(search) + leftOut(search) + edge(search));
    }

    private static String reached(RateTrial.Score score, RateSearch search) {
        int runs = search.seeds().size();
        Double steps = score.stepsToTarget();
        if (steps != null) {
            return score.arrived() + " of " + NumberText.counted(runs, "run") + " at the target after "
                    + NumberText.significant(steps) + " updates";
        }
        String lost = score.settled() == runs
                ? ""
                : " (" + (runs - score.settled()) + " of " + NumberText.counted(runs, "run") + " diverged)";
        Double quality = score.quality();
        RateMeasure measure = search.measure();
        return quality == null || measure == null
                ? "nothing measured" + lost
                : "a " + measure.words() + " of " + measure.text(quality) + lost;
    }

    /** Says so where some seeds could not be compared. */
    private static String over(RateSearch search) {
        Set<Long> all = new TreeSet<>();
        search.compared().forEach(trial -> all.addAll(trial.seeds()));
        return search.seeds().size() == all.size()
                ? ""
                : "; compared over " + search.seeds().size() + " of " + NumberText.counted(all.size(), "seed")
                        + ", as not all rates have the others";
    }

    private static String leftOut(RateSearch search) {
        String left = search.trials().stream()
                .filter(trial -> !search.compared().contains(trial))
                .map(RateTrial::name)
                .collect(Collectors.joining(", "));
        return left.isEmpty() ? "" : "; not compared, without a seed that all have: " + left;
    }

    private static String edge(RateSearch search) {
        if (search.atHighEdge()) {
            return "; it is the largest that was tried, so the best may lie beyond: add "
                    + NumberText.significant(search.nextAbove()) + ADD;
        }
        return search.atLowEdge()
                ? "; it is the smallest that was tried, so the best may lie below: add "
                        + NumberText.significant(search.nextBelow()) + ADD
                : "";
    }

    private FindingRecord range(RateSearch search) {
        String name = "learning_rate_range_octaves";
        RateRange range = search.range();
        if (range == null) {
            return record(
                    name,
                    search,
                    null,
                    search.measure() == RateMeasure.TRAINING_LOSS
                            ? "it cannot be told how wide a range of rates trains, as no validation loss was measured; hold out"
                                    + " a validation split (data.validation-fraction)"
                            : "it cannot be told how wide a range of rates trains: a validation loss is missing, or with some"
                                    + " seed no rate took anything off it");
        }
        Estimate width = range.width();
        Double low = width.low();
        String words =
                "rates from " + NumberText.significant(range.low()) + " to " + NumberText.significant(range.high())
                        + " train, " + (range.isOpen() ? "at least " : "") + width.words(NumberText::significant)
                        + " octaves: each keeps " + NumberText.percent(RateRange.KEPT)
                        + " or more of what the best rate takes off the validation loss" + open(search, range)
                        + stopped(search);
        return new FindingRecord(
                summary.study(),
                name,
                search.batchSize(),
                width.mean(),
                low == null && range.isOpen() ? (Double) width.mean() : low,
                range.isOpen() ? null : width.high(),
                "octaves",
                sentence(search, words));
    }

    private static String open(RateSearch search, RateRange range) {
        List<String> add = new ArrayList<>();
        if (range.openBelow()) {
            add.add(NumberText.significant(search.nextBelow()));
        }
        if (range.openAbove()) {
            add.add(NumberText.significant(search.nextAbove()));
        }
        String which =
                add.size() > 1 ? "smallest and largest rate" : range.openBelow() ? "smallest rate" : "largest rate";
        return add.isEmpty()
                ? ""
                : "; with some seed the " + which + " tried still " + (add.size() > 1 ? "train" : "trains")
                        + ", so to find where it ends add " + String.join(" and ", add) + ADD;
    }

    private static String stopped(RateSearch search) {
        return search.compared().stream()
                        .anyMatch(trial -> trial.summary().outcomes().containsKey("ReachedTarget"))
                ? "; runs were stopped at the target, which makes rates look alike"
                : "";
    }

    private FindingRecord divergence(RateSearch search) {
        OptionalDouble largest = search.largestWithoutDivergence();
        String lost = search.trials().stream()
                .map(trial -> share(trial, trial.summary()))
                .filter(words -> !words.isEmpty())
                .collect(Collectors.joining(", "));
        String words = lost.isEmpty()
                ? (largest.isEmpty()
                        ? "no run came far enough to tell"
                        : "no run diverged, up to the largest rate that a run was trained with, "
                                + NumberText.significant(largest.getAsDouble()))
                : (largest.isEmpty()
                                ? "runs diverged from the smallest rate tried on"
                                : "up to a rate of " + NumberText.significant(largest.getAsDouble())
                                        + " no run diverged")
                        + "; of those at " + lost;
        return record(
                "largest_rate_without_divergence",
                search,
                largest.isEmpty() ? null : (Double) largest.getAsDouble(),
                words);
    }

    /** {@code 1.6 (× 4) 2 of 3 runs did}. */
    private static String share(RateTrial trial, BatchSummary summary) {
        return summary.diverged() == 0
                ? ""
                : trial.name() + " " + summary.diverged() + " of " + NumberText.counted(summary.runs(), "run") + " did";
    }

    private FindingRecord record(String finding, RateSearch search, @Nullable Double value, String words) {
        return new FindingRecord(
                summary.study(), finding, search.batchSize(), value, null, null, UNIT, sentence(search, words));
    }

    private String sentence(RateSearch search, String words) {
        String with = summary.hasVariants() ? " with " + search.variant().name() : "";
        return "Batch " + NumberText.count(search.batchSize()) + with + ": " + words + ".";
    }
}
