package io.batchscope.result;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code evals}: a split measured at a moment of a run.
 *
 * @param step updates completed before it
 * @param elapsedSeconds training time so far, evaluations excluded
 * @param split train, validation or test
 * @param loss mean per example
 * @param accuracy share of examples whose largest output is the label; null for regression
 */
public record EvalRecord(
        String study,
        String runId,
        long batchSize,
        long seed,
        long step,
        double epoch,
        long examples,
        double elapsedSeconds,
        String split,
        double loss,
        @Nullable Double accuracy)
        implements Serializable {}
