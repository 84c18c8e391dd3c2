package io.batchscope.analysis;

import io.batchscope.law.Arrival;
import io.batchscope.result.RunRecord;
import java.util.List;

/**
 * The runs of one variant on their way to the study's target, as the law of its updates takes them. A run that ended before
 * it saw the target passed counts as one that would have taken longer. Left out are runs that diverged or failed, of which
 * nothing of the kind is known, and runs whose batch grew, which have no batch size.
 */
public final class GoalArrivals {
    private GoalArrivals() {}

    /** Of runs of one variant with tuned rates; none if no run reached the target, as where there is no target. */
    public static List<Arrival> of(List<RunRecord> runs) {
        List<Arrival> arrivals = runs.stream()
                .filter(BatchSummary::isSettled)
                .filter(run -> run.finalBatchSize() == null || run.finalBatchSize() == run.batchSize())
                .map(GoalArrivals::arrival)
                .toList();
        return arrivals.stream().anyMatch(Arrival::reached) ? arrivals : List.of();
    }

    private static Arrival arrival(RunRecord run) {
        Long steps = run.stepsToTarget();
        // A target that the untrained network passes takes no update; the law knows positive numbers only.
        return steps == null
                ? new Arrival(run.batchSize(), Math.max(1, run.steps()), false)
                : new Arrival(run.batchSize(), Math.max(1, steps), true);
    }
}
