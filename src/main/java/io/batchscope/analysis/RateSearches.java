package io.batchscope.analysis;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The searches for the best rates that a study made, ascending in batch size, there in the order of variants. What else is said
 * of a study is said of the runs with the tuned rates.
 *
 * @param leftOut the runs with other rates than the tuned ones
 */
public record RateSearches(List<RateSearch> searches, List<RunRecord> leftOut) {
    public RateSearches {
        searches = List.copyOf(searches);
        leftOut = List.copyOf(leftOut);
    }

    static RateSearches of(StudyTables tables) {
        RateMeasure measure = RateMeasure.of(tables.runs()).orElse(null);
        Map<String, Double> starts = starts(tables.evals());
        List<RateSearch> searches = new ArrayList<>();
        if (tables.runs().stream().map(RateTrial::factorOf).distinct().count() > 1) {
            VariantComparison.groups(tables.runs(), Variants.of(tables.runs()))
                    .values()
                    .forEach(atBatch -> atBatch.forEach((variant, runs) ->
                            RateSearch.of(variant, runs, measure, starts).ifPresent(searches::add)));
        }
        return new RateSearches(
                searches,
                searches.stream().flatMap(search -> search.leftOut().stream()).toList());
    }

    private static Map<String, Double> starts(List<EvalRecord> evaluations) {
        Map<String, Double> starts = new HashMap<>();
        evaluations.stream()
                .filter(row -> row.step() == 0 && row.split().equals("validation"))
                .forEach(row -> starts.put(row.runId(), row.loss()));
        return starts;
    }

    /** Whether the study has none. */
    public boolean isEmpty() {
        return searches.isEmpty();
    }

    /** What rates were chosen by; null without a search, and where nothing was measured. */
    public @Nullable RateMeasure measure() {
        return isEmpty() ? null : searches.get(0).measure();
    }

    /** The rows of the runs with the tuned rates, and of those that no search was made for. */
    public StudyTables tuned(StudyTables tables) {
        if (isEmpty()) {
            return tables;
        }
        Set<String> others = leftOut.stream().map(RunRecord::runId).collect(Collectors.toCollection(HashSet::new));
        return tables.only(tables.runs().stream()
                .map(RunRecord::runId)
                .filter(run -> !others.contains(run))
                .collect(Collectors.toSet()));
    }

    /** The search of a variant at a batch size. */
    public Optional<RateSearch> at(Variant variant, long batchSize) {
        return searches.stream()
                .filter(search ->
                        search.batchSize() == batchSize && search.variant().equals(variant))
                .findFirst();
    }

    /** What to put behind a peak rate: {@code  (× 2)}; empty where no search was made. */
    public String factorText(Variant variant, long batchSize) {
        return at(variant, batchSize)
                .map(search -> " (× " + NumberText.significant(search.tuned().factor()) + ")")
                .orElse("");
    }
}
