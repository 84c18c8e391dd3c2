package io.batchscope.analysis;

import io.batchscope.law.Arrival;
import io.batchscope.law.Drawings;
import io.batchscope.law.Interval;
import io.batchscope.law.TradeOff;
import io.batchscope.law.TradeOffFit;
import java.util.List;
import java.util.LongSummaryStatistics;

/**
 * The law of a goal's updates and examples, fitted to runs, and how sure it is.
 *
 * @param arrivals the runs
 * @param drawn laws of runs drawn anew
 */
record GoalLaw(List<Arrival> arrivals, TradeOffFit fit, Drawings<TradeOff> drawn) {
    private static final int DRAWINGS = 2000;
    private static final long SEED = 1;

    GoalLaw {
        arrivals = List.copyOf(arrivals);
    }

    /** @throws IllegalArgumentException if there is a {@link TradeOffFit#problem} */
    static GoalLaw of(List<Arrival> arrivals) {
        TradeOffFit fit = TradeOffFit.of(arrivals);
        return new GoalLaw(arrivals, fit, fit.draw(DRAWINGS, SEED));
    }

    TradeOff law() {
        return fit.law();
    }

    /** Smallest and largest batch size among the runs. */
    LongSummaryStatistics batchSizes() {
        return arrivals.stream().mapToLong(Arrival::batchSize).summaryStatistics();
    }

    /** Of the critical batch size. */
    Interval critical() {
        return drawn.interval(TradeOff::criticalBatchSize);
    }

    /** Whether the critical batch size lies beyond the batch sizes tried, and the runs leave it open how far. */
    boolean isOpen() {
        double value = law().criticalBatchSize();
        return (value < batchSizes().getMin() && !isKnown(critical().low()))
                || (value > batchSizes().getMax() && !isKnown(critical().high()));
    }

    static boolean isKnown(double value) {
        return value > 0 && Double.isFinite(value);
    }
}
