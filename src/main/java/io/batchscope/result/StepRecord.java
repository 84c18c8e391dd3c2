package io.batchscope.result;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code steps}: an optimizer update.
 *
 * @param step updates completed with this one, from 1
 * @param epoch passes over the training set completed with this update
 * @param examples training examples seen with this update
 * @param learningRate the rate this update used
 * @param loss mean loss per example over this update's global batch, before the update
 * @param gradientNorm ‖mean gradient‖₂ of the global batch
 * @param computeSeconds forward and backward passes on the first rank; likewise sync (summing, waits included) and data
 */
public record StepRecord(
        String study,
        String runId,
        long batchSize,
        long seed,
        long step,
        double epoch,
        long examples,
        double learningRate,
        double loss,
        double gradientNorm,
        @Nullable Double gradientNormSqSmall,
        @Nullable Double gradientNormSqBig,
        @Nullable Double noiseScale,
        double computeSeconds,
        double syncSeconds,
        double dataSeconds)
        implements Serializable {}
