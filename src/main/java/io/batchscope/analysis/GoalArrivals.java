package io.batchscope.analysis;

import io.batchscope.law.Arrival;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The runs of one variant on their way to the study's target, as the law of its updates takes them. A run passed the target at
 * some update between the evaluation that first saw it passed and the one before. A run that ended without seeing it passed
 * counts as one that would have taken longer, for whatever reason it ended. Left out are runs whose batch changed on the way,
 * which have no batch size, and those that ended before their first update.
 */
final class GoalArrivals {
    private GoalArrivals() {}

    /** Of the runs of one variant with tuned rates; none if no run reached the target, as where there is no target. */
    static List<Arrival> of(StudyTables tables) {
        Map<String, List<EvalRecord>> evaluations =
                tables.evals().stream().collect(Collectors.groupingBy(EvalRecord::runId));
        List<Arrival> arrivals = tables.runs().stream()
                .filter(GoalArrivals::hasBatchSize)
                .flatMap(run -> arrival(run, evaluations.getOrDefault(run.runId(), List.of())))
                .toList();
        return arrivals.stream().anyMatch(Arrival::reached) ? arrivals : List.of();
    }

    /** Whether it was the same from its first update to its last. */
    static boolean hasBatchSize(RunRecord run) {
        return run.finalBatchSize() == null || run.finalBatchSize() == run.batchSize();
    }

    private static Stream<Arrival> arrival(RunRecord run, List<EvalRecord> evaluations) {
        Long reached = run.stepsToTarget();
        if (reached == null) {
            return run.steps() == 0 ? Stream.of() : Stream.of(new Arrival(run.batchSize(), run.steps(), false));
        }
        // A target that the untrained network passes takes no update; the law knows positive numbers only.
        long steps = Math.max(1, reached);
        long before = evaluations.stream()
                .mapToLong(EvalRecord::step)
                .filter(step -> step < steps)
                .max()
                .orElse(steps);
        return Stream.of(new Arrival(run.batchSize(), before, steps, true));
    }
}
