package io.batchscope.analysis;

import io.batchscope.law.Arrival;
import io.batchscope.law.Drawings;
import io.batchscope.law.GoalTime;
import io.batchscope.law.TradeOffFit;
import io.batchscope.result.StudyTables;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The laws of one variant of a study: what its target takes in updates, what updates take in seconds.
 *
 * @param arrivals of its runs with tuned rates; none where none reached a target
 * @param goal null where the law cannot be fitted
 */
record VariantLaws(Variant variant, List<Arrival> arrivals, @Nullable GoalLaw goal, UpdateTimes times) {
    VariantLaws {
        arrivals = List.copyOf(arrivals);
    }

    /** Of every variant, the reference first. */
    static List<VariantLaws> of(StudySummary summary, StudyTables all) {
        StudyTables tuned = summary.searches().tuned(all);
        Variants variants = Variants.of(all.runs());
        // Drawing runs anew takes most of a report's time.
        return summary.variants().ordered().parallelStream()
                .map(variant -> of(variant, summary.variants().of(variant, tuned), variants.of(variant, all)))
                .toList();
    }

    private static VariantLaws of(Variant variant, StudyTables tuned, StudyTables all) {
        List<Arrival> arrivals = GoalArrivals.of(tuned);
        return new VariantLaws(
                variant,
                arrivals,
                TradeOffFit.problem(arrivals) == null ? GoalLaw.of(arrivals) : null,
                UpdateTimes.of(all));
    }

    /** The time to the target on a number of workers. */
    record OnWorkers(GoalTime time, Drawings<GoalTime> drawn) {}

    /** For each number of workers of which the time of an update is known; none where the target's law is not. */
    List<OnWorkers> goalTimes() {
        GoalLaw law = goal;
        return law == null
                ? List.of()
                : times.byWorkers().values().stream()
                        .map(fit -> new OnWorkers(
                                new GoalTime(law.law(), fit.law(), fit.workers()),
                                law.drawn()
                                        .with(fit.drawn())
                                        .map(pair -> new GoalTime(pair.first(), pair.second(), fit.workers()))))
                        .toList();
    }

    /** That with the least of something at its best batch size. */
    Optional<OnWorkers> least(ToDoubleFunction<GoalTime> of) {
        // Where a part of a law is not known, the fewest seconds come out too few.
        return goalTimes().stream()
                .min(Comparator.<OnWorkers, Boolean>comparing(
                                each -> !GoalLaw.isKnown(each.time().bestBatchSize()))
                        .thenComparingDouble(each -> of.applyAsDouble(each.time())));
    }
}
