package io.batchscope.analysis;

import io.batchscope.law.BestRate;
import io.batchscope.law.RateLawFit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How the best rate of a variant follows the batch size, from a study's searches.
 *
 * @param rates the best rates that its searches show, one a batch size and seed
 * @param fit of the laws; null where there is a {@code problem}
 * @param problem why they cannot be fitted; null if they can
 */
public record RateLaws(Variant variant, List<BestRate> rates, @Nullable RateLawFit fit, @Nullable String problem) {
    public RateLaws {
        rates = List.copyOf(rates);
    }

    /** Of each variant that was searched at several batch sizes, in their order. */
    public static List<RateLaws> of(StudySummary summary) {
        List<RateLaws> laws = new ArrayList<>();
        for (Variant variant : summary.variants().ordered()) {
            List<RateSearch> searches = summary.searches().searches().stream()
                    .filter(search -> search.variant().equals(variant) && isAscending(search))
                    .toList();
            if (searches.size() > 1) {
                List<BestRate> rates = searches.stream()
                        .flatMap(search -> bestRates(search).stream())
                        .toList();
                String problem = RateLawFit.problem(rates);
                laws.add(new RateLaws(variant, rates, problem == null ? RateLawFit.of(rates) : null, problem));
            }
        }
        return laws;
    }

    /**
     * One a seed that all compared rates have, ranked for this seed alone as the tuned rate is over all. The best of them lies
     * between the geometric means with its neighbours among them; at an end it may lie anywhere beyond.
     */
    static List<BestRate> bestRates(RateSearch search) {
        List<BestRate> rates = new ArrayList<>();
        if (search.compared().size() > 1) {
            for (long seed : new TreeSet<>(search.seeds())) {
                bestRate(search, seed).ifPresent(rates::add);
            }
        }
        return rates;
    }

    /** Not so where AdaScale's gain is in the rates: a run that diverges early has had little of it. */
    private static boolean isAscending(RateSearch search) {
        List<RateTrial> compared = search.compared();
        return IntStream.range(1, compared.size())
                        .allMatch(i ->
                                compared.get(i - 1).rate() < compared.get(i).rate())
                && search.trials().stream()
                        .flatMap(trial -> trial.runs().stream())
                        .noneMatch(RecommendationText::isMeasured);
    }

    private static Optional<BestRate> bestRate(RateSearch search, long seed) {
        List<RateTrial> compared = search.compared();
        RateTrial.Score best = search.ranked(Set.of(seed)).get(0);
        if (best.settled() == 0) {
            // The smallest diverged too.
            return Optional.of(
                    new BestRate(search.batchSize(), 0, compared.get(0).rate()));
        }
        if (best.arrived() == 0 && best.quality() == null) {
            return Optional.empty();
        }
        int place = compared.indexOf(best.trial());
        return Optional.of(new BestRate(
                search.batchSize(),
                place == 0 ? 0 : border(compared, place - 1),
                place == compared.size() - 1 ? Double.POSITIVE_INFINITY : border(compared, place)));
    }

    /** Between a rate and the next one. */
    private static double border(List<RateTrial> compared, int place) {
        return Math.sqrt(compared.get(place).rate() * compared.get(place + 1).rate());
    }

    /** Batch sizes with a best rate, ascending. */
    public List<Long> batchSizes() {
        return rates.stream().map(BestRate::batchSize).distinct().toList();
    }
}
