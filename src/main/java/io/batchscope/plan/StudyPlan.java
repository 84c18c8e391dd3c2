package io.batchscope.plan;

import java.util.List;
import java.util.stream.Stream;

/**
 * All runs of a study, in the order of batch size, then seed.
 *
 * @param replica what trains all of them, and why
 * @param notices what the person should know before starting
 */
public record StudyPlan(String study, ReplicaChoice replica, List<RunPlan> runs, List<String> notices) {
    public StudyPlan {
        runs = List.copyOf(runs);
        notices = List.copyOf(notices);
    }

    /** The same with another number of examples at once; only where the planner chose it. */
    public StudyPlan withMicroBatch(int microBatch) {
        return new StudyPlan(
                study,
                replica,
                runs.stream().map(run -> RunIds.withMicroBatch(run, microBatch)).toList(),
                notices);
    }

    /** The same with one more notice. */
    public StudyPlan with(String notice) {
        return new StudyPlan(
                study,
                replica,
                runs,
                Stream.concat(notices.stream(), Stream.of(notice)).toList());
    }
}
