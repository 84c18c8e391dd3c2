package io.batchscope.analysis;

import io.batchscope.law.Drawings;
import io.batchscope.law.GoalTime;
import io.batchscope.law.Interval;
import io.batchscope.law.UpdateTime;
import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import org.jspecify.annotations.Nullable;

/** What an update takes, and at which batch size a variant's target takes the fewest seconds and the least cost, by the laws. */
final class TimeFindings {
    /** A batch size is as good as the best one where the target takes at most so many times the fewest seconds there. */
    static final double FLAT = 1.1;

    private final String study;
    private final long trainExamples;
    private final VariantLaws laws;

    private TimeFindings(StudySummary summary, VariantLaws laws) {
        this.study = summary.study();
        this.trainExamples = summary.trainExamples();
        this.laws = laws;
    }

    /** Of one variant; of the best batch sizes only where the target's law is known. */
    static List<FindingRecord> of(StudySummary summary, VariantLaws laws) {
        TimeFindings time = new TimeFindings(summary, laws);
        List<FindingRecord> findings = new ArrayList<>();
        laws.times().byWorkers().values().forEach(fit -> findings.addAll(time.update(fit)));
        laws.least(GoalTime::fewestSeconds)
                .ifPresent(fastest -> findings.add(time.best(
                        "best_batch_size_time",
                        fastest,
                        "in the fewest seconds, about " + seconds(fastest) + ",",
                        "")));
        laws.least(goal -> goal.workers() * goal.fewestSeconds())
                .ifPresent(cheapest -> findings.add(time.best(
                        "best_batch_size_cost",
                        cheapest,
                        "for the fewest worker-seconds, about "
                                + NumberText.significant(cheapest.time().workers()
                                        * cheapest.time().fewestSeconds())
                                + ",",
                        hasOneNumberOfWorkers(summary)
                                ? "; no other number of workers was tried (batchscope simulate tells of others)"
                                : "")));
        return findings;
    }

    /** Whether all runs had the same number of workers. */
    static boolean hasOneNumberOfWorkers(StudySummary summary) {
        return summary.byVariant().stream()
                        .flatMap(group -> group.batch().workers().stream())
                        .distinct()
                        .count()
                == 1;
    }

    private static String seconds(VariantLaws.OnWorkers on) {
        return NumberText.significant(on.time().fewestSeconds());
    }

    /** Its parts, and where both are equal. */
    private List<FindingRecord> update(UpdateTimes.Fit fit) {
        UpdateTime law = fit.law();
        Drawings<UpdateTime> drawn = fit.drawn();
        String on = " on " + NumberText.counted(fit.workers(), "worker");
        String beside = fit.curve().deviatesFromCurve()
                ? "; batch sizes lie "
                        + NumberText.percent(Math.expm1(fit.curve().curveDeviation())) + " beside the straight line"
                : "";
        double half = fit.workers() * law.halfUtilisation();
        Interval halves = drawn.interval(each -> fit.workers() * each.halfUtilisation());
        return List.of(
                record(
                        "update_fixed_seconds",
                        law.fixedSeconds(),
                        drawn.interval(UpdateTime::fixedSeconds),
                        "seconds",
                        GoalLaw.isKnown(law.fixedSeconds())
                                ? "An update takes " + NumberText.significant(law.fixedSeconds() * 1e3)
                                        + " ms whatever its size" + on + beside + "."
                                : "What an update takes whatever its size cannot be told" + on
                                        + ": times fall with the batch as far as was tried" + beside + "."),
                record(
                        "update_seconds_per_example",
                        law.secondsPerExample(),
                        drawn.interval(UpdateTime::secondsPerExample),
                        "seconds",
                        GoalLaw.isKnown(law.secondsPerExample())
                                ? "An update takes " + NumberText.significant(law.secondsPerExample() * 1e6)
                                        + " µs more for each example a worker" + on + "."
                                : "What an example adds to an update cannot be told" + on
                                        + ": updates take the same at all batch sizes tried."),
                record(
                        "half_utilisation_batch_size",
                        half,
                        halves,
                        "examples",
                        GoalLaw.isKnown(half)
                                ? "At batch " + NumberText.significant(half) + between(halves) + on
                                        + " half of an update's time goes into its examples; of a smaller one it goes"
                                        + " into what an update takes anyway."
                                : "Where half of an update's time goes into its examples cannot be told" + on
                                        + between(halves) + "."));
    }

    private FindingRecord best(String finding, VariantLaws.OnWorkers on, String what, String rest) {
        GoalTime time = on.time();
        Interval interval = on.drawn().interval(GoalTime::bestBatchSize);
        GoalLaw goal = laws.goal();
        double best = time.bestBatchSize();
        if (goal == null || goal.isOpen() || !GoalLaw.isKnown(best)) {
            return record(finding, Double.NaN, interval, "examples", unknown(on, what.replaceAll(",.*", "")));
        }
        Interval flat = time.within(FLAT);
        String place = " on " + NumberText.counted(time.workers(), "worker");
        return record(
                finding,
                best,
                interval,
                "examples",
                "By the laws batch " + NumberText.significant(best) + between(interval) + place
                        + " reaches the target " + what + " and any from " + size(flat.low()) + " to "
                        + size(flat.high())
                        + " takes at most 10 % longer; it is the geometric mean of half utilisation ("
                        + size(time.halfUtilisationBatchSize()) + ") and the critical batch size ("
                        + size(time.goal().criticalBatchSize()) + ")" + untried(best) + rest + ".");
    }

    private String unknown(VariantLaws.OnWorkers on, String what) {
        GoalLaw goal = laws.goal();
        String why = goal == null || goal.isOpen()
                ? "the critical batch size cannot be told"
                : "half utilisation cannot be told";
        return "The laws do not tell at which batch size the target is reached " + what + ", as " + why
                + " (95 % interval of that batch size "
                + NumberText.between(
                        on.drawn().interval(GoalTime::bestBatchSize).low(),
                        on.drawn().interval(GoalTime::bestBatchSize).high())
                + ").";
    }

    private String untried(double best) {
        GoalLaw goal = laws.goal();
        if (best > trainExamples) {
            return "; the training split has only " + NumberText.count(trainExamples) + " examples";
        }
        LongSummaryStatistics tried = goal == null ? new LongSummaryStatistics() : goal.batchSizes();
        return best < tried.getMin() || best > tried.getMax() ? "; no such batch size was tried" : "";
    }

    private FindingRecord record(String finding, double value, Interval interval, String unit, String detail) {
        return new FindingRecord(
                study, finding, null, known(value), known(interval.low()), known(interval.high()), unit, detail);
    }

    private static String between(Interval interval) {
        return " (95 % interval " + NumberText.between(interval.low(), interval.high()) + ")";
    }

    private static String size(double value) {
        return NumberText.significant(value);
    }

    private static @Nullable Double known(double value) {
        return GoalLaw.isKnown(value) ? (Double) value : null;
    }
}
