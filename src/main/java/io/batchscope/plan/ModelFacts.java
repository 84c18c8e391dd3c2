package io.batchscope.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the planner needs to know of a model.
 *
 * @param fingerprint changes when the architecture or the start parameters of a saved model change
 * @param description one line for people
 * @param inputs features per example
 * @param outputs numbers per example
 * @param spreadMatters whether its results depend on how a batch is spread over workers and micro-batches, by more than
 *     rounding: batch normalization, dropout and other noise
 * @param normalizes whether it has batch normalization
 * @param smoothable whether its loss takes smoothed labels: cross-entropy of a softmax
 * @param flopsPerExample floating-point operations of a forward and a backward pass for one example, matrix products and
 *     convolutions only; null where not known
 * @param notices what the person should know, such as settings of an imported model that the study replaces
 */
public record ModelFacts(
        String fingerprint,
        String description,
        long parameterCount,
        int inputs,
        int outputs,
        Task task,
        boolean spreadMatters,
        boolean normalizes,
        boolean smoothable,
        @Nullable Double flopsPerExample,
        List<String> notices) {
    public ModelFacts {
        notices = List.copyOf(notices);
    }

    /**
     * Of a model without batch normalization, which ends in softmax and cross-entropy if it puts out classes, and whose
     * operations are not known.
     */
    public ModelFacts(
            String fingerprint,
            String description,
            long parameterCount,
            int inputs,
            int outputs,
            Task task,
            boolean spreadMatters,
            List<String> notices) {
        this(
                fingerprint,
                description,
                parameterCount,
                inputs,
                outputs,
                task,
                spreadMatters,
                false,
                task == Task.CLASSIFICATION,
                null,
                notices);
    }
}
