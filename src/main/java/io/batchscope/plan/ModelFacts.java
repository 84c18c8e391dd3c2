package io.batchscope.plan;

import java.util.List;

/**
 * What the planner needs to know of a model.
 *
 * @param fingerprint changes when the architecture or the start parameters of a saved model change
 * @param description one line for people
 * @param inputs features per example
 * @param outputs numbers per example
 * @param notices what the person should know, such as settings of an imported model that the study replaces
 */
public record ModelFacts(
        String fingerprint,
        String description,
        long parameterCount,
        int inputs,
        int outputs,
        Task task,
        List<String> notices) {
    public ModelFacts {
        notices = List.copyOf(notices);
    }
}
