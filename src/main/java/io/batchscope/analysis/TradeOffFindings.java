package io.batchscope.analysis;

import io.batchscope.law.Arrival;
import io.batchscope.law.HyperbolaFit;
import io.batchscope.law.Interval;
import io.batchscope.law.TradeOff;
import io.batchscope.law.TradeOffFit;
import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the law of a goal's updates and examples ({@link TradeOff}) says, as findings. */
public final class TradeOffFindings {
    private final String study;
    private final GoalLaw goal;
    private final HyperbolaFit curve;

    private TradeOffFindings(String study, GoalLaw goal) {
        this.study = study;
        this.goal = goal;
        this.curve = goal.fit().curve();
    }

    /**
     * From runs to one goal.
     *
     * @return critical batch size, fewest updates, fewest examples, and the ends of the regimes; one finding without a value
     *     and with the reason where the law cannot be fitted
     */
    public static List<FindingRecord> of(String study, List<Arrival> arrivals) {
        String problem = TradeOffFit.problem(arrivals);
        if (problem != null) {
            return List.of(new FindingRecord(
                    study,
                    "critical_batch_size",
                    null,
                    null,
                    null,
                    null,
                    "examples",
                    "The critical batch size is not known: " + problem + "; " + advice(arrivals) + "."));
        }
        return of(study, GoalLaw.of(arrivals));
    }

    private static String advice(List<Arrival> arrivals) {
        long early = arrivals.stream()
                .filter(arrival -> arrival.reached() && arrival.after() == 0)
                .count();
        return early == 0
                ? "train at more batch sizes, longer, or to a nearer goal"
                : NumberText.counted(early, "run")
                        + " had passed it at the first evaluation already, which tells no number of updates: evaluate more often"
                        + " (evaluation.every) or set a farther goal";
    }

    static List<FindingRecord> of(String study, GoalLaw goal) {
        return new TradeOffFindings(study, goal).all();
    }

    private List<FindingRecord> all() {
        List<FindingRecord> findings = new ArrayList<>();
        findings.add(critical());
        findings.add(fewest(
                "minimum_steps", "updates", TradeOff::minimumSteps, "a larger batch", "the batch sizes show no bend"));
        findings.add(fewest(
                "minimum_examples",
                "examples",
                TradeOff::minimumExamples,
                "a smaller batch",
                "the updates do not fall with the batch size"));
        findings.add(end(
                "perfect_scaling_end",
                0.2,
                "Up to batch %s twice the batch takes nearly half the updates: they exceed those of ideal scaling by at"
                        + " most 20 %% (95 %% interval %s)"));
        findings.add(end(
                "maximal_parallelism_start",
                5,
                "From batch %s on a larger batch saves next to nothing: updates are within 20 %% of the fewest possible (95"
                        + " %% interval %s)"));
        return findings;
    }

    /** Not a number where it is open. */
    private double criticalIfTold() {
        return goal.isOpen() ? Double.NaN : goal.law().criticalBatchSize();
    }

    private FindingRecord critical() {
        Interval interval = goal.critical();
        double value = criticalIfTold();
        String text;
        if (!GoalLaw.isKnown(value)) {
            text = goal.law().criticalBatchSize() < goal.batchSizes().getMin()
                    ? "The updates to the goal are not shown to fall with the batch size, so the critical batch size cannot be"
                            + " told (95 % interval " + NumberText.between(interval.low(), interval.high()) + ")"
                    : "The updates to the goal fall as the batch grows, without a bend, so the critical batch size cannot be"
                            + " told (95 % interval " + NumberText.between(interval.low(), interval.high()) + ")";
        } else {
            text = "At batch " + size(value) + " (95 % interval " + NumberText.between(interval.low(), interval.high())
                    + ") the goal takes twice the fewest updates and twice the fewest examples";
        }
        return finding("critical_batch_size", value, interval, "examples", text + "; " + basis() + ".");
    }

    /** {@code of 130 runs at 10 batch sizes, 3 of which did not arrive …; runs of one batch size differ by about 1 %}. */
    private String basis() {
        long late =
                goal.arrivals().stream().filter(arrival -> !arrival.reached()).count();
        String missed = late == 0 ? "" : ", " + late + " of which did not arrive and count as longer";
        String spread = NumberText.percent(Math.expm1(curve.repeatDeviation()));
        String apart = curve.deviatesFromCurve()
                ? "; batch sizes lie "
                        + NumberText.percent(Math.expm1(curve.curveDeviation()))
                        + " beside the law, beyond what their runs explain"
                : "";
        return "of " + NumberText.counted(curve.observations(), "run") + " at "
                + curve.places() + " batch sizes" + missed
                + (curve.hasRepeats()
                        ? "; runs of one batch size differ by about " + spread + apart
                        : "; runs lie about " + spread
                                + " beside the law, and without repeats of a batch size nothing tells"
                                + " whether that is the runs' spread");
    }

    private FindingRecord fewest(
            String finding, String unit, ToDoubleFunction<TradeOff> column, String changed, String unknown) {
        Interval interval = goal.drawn().interval(column);
        double value = GoalLaw.isKnown(interval.low()) ? column.applyAsDouble(goal.law()) : Double.NaN;
        String text = GoalLaw.isKnown(value)
                ? "However much " + changed + " helps, the goal takes at least " + size(value) + " " + unit
                        + " (95 % interval " + NumberText.between(interval.low(), interval.high()) + ")."
                : "The fewest " + unit + " cannot be told: " + unknown + ".";
        return finding(finding, value, interval, unit, text);
    }

    private FindingRecord end(String finding, double share, String words) {
        Interval critical = goal.critical();
        Interval interval = new Interval(share * critical.low(), share * critical.high());
        double value = share * criticalIfTold();
        boolean tried = value >= goal.batchSizes().getMin()
                && value <= goal.batchSizes().getMax();
        String text = GoalLaw.isKnown(value)
                ? String.format(words, size(value), NumberText.between(interval.low(), interval.high()))
                        + (tried ? "." : "; by the law alone, for no such batch size was tried.")
                : "Not known, because the critical batch size is not.";
        return finding(finding, value, interval, "examples", text);
    }

    private FindingRecord finding(String finding, double value, Interval interval, String unit, String detail) {
        return new FindingRecord(
                study, finding, null, known(value), known(interval.low()), known(interval.high()), unit, detail);
    }

    private static @Nullable Double known(double value) {
        return GoalLaw.isKnown(value) ? (Double) value : null;
    }

    private static String size(double value) {
        return NumberText.significant(value);
    }
}
