package io.batchscope.analysis;

import io.batchscope.law.GoalTime;
import io.batchscope.law.Interval;
import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Objects;
import org.apache.commons.math3.stat.StatUtils;

/** What a recommendation says of the target: what the laws expect, or why nothing is known and which target would tell. */
final class TargetAdvice {
    private static final int MEDIAN = 50;

    private TargetAdvice() {}

    /** Where the laws see the fewest seconds; empty where they do not say. */
    static String timeLaw(StudySummary summary, VariantSummary group, VariantLaws laws) {
        GoalLaw goal = laws.goal();
        if (goal == null) {
            return "";
        }
        long largest = goal.batchSizes().getMax();
        if (goal.isOpen()) {
            return goal.law().criticalBatchSize() > largest && largest < summary.trainExamples()
                    ? "; the updates to the target still fall at batch " + NumberText.count(largest)
                            + ", so larger ones may be faster: train at "
                            + NumberText.count(Math.min(4 * largest, summary.trainExamples())) + " too"
                    : "";
        }
        return laws.goalTimes().stream()
                .filter(on -> group.batch().workers().equals(List.of(on.time().workers())))
                .map(VariantLaws.OnWorkers::time)
                .filter(time -> GoalLaw.isKnown(time.bestBatchSize()))
                .findFirst()
                .map(time -> timeLaw(summary.trainExamples(), group.batch().batchSize(), time, goal))
                .orElse("");
    }

    private static String timeLaw(long trainExamples, long batchSize, GoalTime time, GoalLaw goal) {
        Interval flat = time.within(TimeFindings.FLAT);
        String law = "; the laws expect at most 10 % above the fewest seconds from batch "
                + NumberText.between(flat.low(), flat.high());
        double best = Math.min(time.bestBatchSize(), trainExamples);
        if (flat.contains(batchSize) || Math.rint(best) == batchSize) {
            return law;
        }
        boolean tried =
                best >= goal.batchSizes().getMin() && best <= goal.batchSizes().getMax();
        return law + (tried ? ", so train at " : ", beyond those tried, so train at ")
                + NumberText.count(Math.max(1, Math.round(best))) + " too";
    }

    /** Why no seconds to a target are known, and which target to set. */
    static String why(Candidates candidates) {
        StudySummary summary = candidates.summary();
        boolean some =
                summary.byVariant().stream().anyMatch(group -> group.batch().arrived() > 0);
        if (!candidates.arrived().isEmpty()) {
            return candidates.fastest().isEmpty()
                    ? "the target was passed before the first update, or times are missing; set a farther one"
                    : "batch sizes that are as good as the best did not all reach the target; train longer or set a nearer one";
        }
        if (some) {
            return "at no batch size did every run reach the target; train longer or set a nearer one";
        }
        return "no run reached a target; set one" + suggestion(candidates);
    }

    /** A point below what the typical batch size ended with, if that is an accuracy. */
    private static String suggestion(Candidates candidates) {
        List<RunRecord> ended =
                candidates.runs().stream().filter(BatchSummary::isSettled).toList();
        double[] accuracies = candidates.summary().byVariant().stream()
                .map(group -> group.batch().validationAccuracy())
                .filter(Objects::nonNull)
                .mapToDouble(Estimate::mean)
                .toArray();
        if (accuracies.length == 0) {
            return "";
        }
        double value = Math.floor(StatUtils.percentile(accuracies, MEDIAN) * 100 - 1) / 100;
        if (value <= 0) {
            return "";
        }
        long passed = ended.stream()
                .map(RunRecord::validationAccuracy)
                .filter(Objects::nonNull)
                .filter(accuracy -> accuracy > value)
                .count();
        return ", such as --set target.metric=validation-accuracy --set target.value=" + NumberText.fixed(value, 2)
                + ", above which " + passed + " of "
                + NumberText.counted(candidates.runs().size(), "run") + " ended";
    }
}
