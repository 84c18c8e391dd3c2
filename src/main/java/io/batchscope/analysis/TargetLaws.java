package io.batchscope.analysis;

import io.batchscope.law.TradeOff;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;

/**
 * What the target takes with one variant, measured and by the laws, by batch size.
 *
 * @param goal updates; none where no run reached a target
 * @param time seconds; none where no time of an update is known
 * @param numbers those of the laws, as findings
 */
public record TargetLaws(Variant variant, List<GoalRow> goal, List<TimeRow> time, List<FindingRecord> numbers) {
    public TargetLaws {
        goal = List.copyOf(goal);
        time = List.copyOf(time);
        numbers = List.copyOf(numbers);
    }

    static TargetLaws of(StudySummary summary, VariantLaws laws, StudyTables tuned, StudyTables all) {
        GoalLaw fitted = laws.goal();
        TradeOff law = fitted == null ? null : fitted.law();
        List<FindingRecord> numbers = new ArrayList<>();
        if (fitted != null) {
            numbers.addAll(TradeOffFindings.of(summary.study(), fitted));
        } else if (!laws.arrivals().isEmpty()) {
            numbers.addAll(TradeOffFindings.of(summary.study(), laws.arrivals()));
        }
        numbers.addAll(TimeFindings.of(summary, laws));
        return new TargetLaws(laws.variant(), GoalRow.of(laws.arrivals(), law), TimeRow.of(laws, tuned, all), numbers);
    }
}
