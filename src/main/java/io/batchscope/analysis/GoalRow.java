package io.batchscope.analysis;

import io.batchscope.law.Arrival;
import io.batchscope.law.Regime;
import io.batchscope.law.TradeOff;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The updates that one batch size takes to a goal, measured and by the law.
 *
 * @param runs all runs, whether they arrived or not
 * @param arrived those that reached the goal
 * @param steps median updates to the goal; null where half of the runs or more did not arrive, so that it is not known
 * @param atLeast median of the updates that the runs did, to the goal or to their end: below it the first median is not
 * @param law null where it cannot be fitted
 */
public record GoalRow(
        long batchSize, int runs, int arrived, @Nullable Double steps, double atLeast, @Nullable TradeOff law) {
    /** One for each batch size, ascending. */
    public static List<GoalRow> of(List<Arrival> arrivals, @Nullable TradeOff law) {
        return arrivals.stream()
                .collect(Collectors.groupingBy(Arrival::batchSize, TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(entry -> of(entry.getKey(), entry.getValue(), law))
                .toList();
    }

    private static GoalRow of(long batchSize, List<Arrival> runs, @Nullable TradeOff law) {
        double median = median(runs, run -> run.reached() ? run.steps() : Double.POSITIVE_INFINITY);
        return new GoalRow(
                batchSize,
                runs.size(),
                Math.toIntExact(runs.stream().filter(Arrival::reached).count()),
                Double.isInfinite(median) ? null : (Double) median,
                median(runs, Arrival::steps),
                law);
    }

    private static double median(List<Arrival> runs, ToDoubleFunction<Arrival> of) {
        double[] sorted = runs.stream().mapToDouble(of).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Updates by the law; null without one. */
    public @Nullable Double stepsByLaw() {
        return law == null ? null : (Double) law.steps(batchSize);
    }

    /** The share by which the median exceeds the law; null where one of them is not known. */
    public @Nullable Double difference() {
        return law == null || steps == null ? null : (Double) (steps / law.steps(batchSize) - 1);
    }

    /** What a larger batch buys there; null without a law. */
    public @Nullable Regime regime() {
        return law == null ? null : law.regime(batchSize);
    }

    /** {@link TradeOff#statisticalEfficiency}; null without a law, and where it shows no fewest examples. */
    public @Nullable Double statisticalEfficiency() {
        return law == null || !(law.minimumExamples() > 0) ? null : (Double) law.statisticalEfficiency(batchSize);
    }
}
