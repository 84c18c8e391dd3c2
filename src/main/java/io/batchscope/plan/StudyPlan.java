package io.batchscope.plan;

import java.util.List;

/**
 * All runs of a study, in the order of batch size, then seed.
 *
 * @param notices what the person should know before starting
 */
public record StudyPlan(String study, List<RunPlan> runs, List<String> notices) {
    public StudyPlan {
        runs = List.copyOf(runs);
        notices = List.copyOf(notices);
    }
}
