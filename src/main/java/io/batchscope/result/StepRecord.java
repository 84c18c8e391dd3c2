package io.batchscope.result;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code steps}: an optimizer update.
 *
 * @param step updates completed with this one, from 1
 * @param epoch passes over the training set completed with this update
 * @param examples training examples seen with this update
 * @param updateExamples size of this update's global batch
 * @param learningRate the rate this update used
 * @param gain what it was multiplied by: the updates with the base batch that this one is worth (AdaScale)
 * @param loss mean loss per example over this update's global batch, before the update
 * @param gradientNorm ‖mean gradient‖₂ of the global batch (gradient sharing: of what the workers sent); null where
 *     workers follow gradients of their own, or norms are not measured
 * @param gradientNormSqSmall mean of the squared norms of the mean gradients of the batch's parts, where they are measured
 * @param gradientNormSqBig squared norm of the mean gradient of the whole batch, likewise
 * @param noiseScale tr Σ / |G|² in examples, of both averaged over updates: the simple noise scale (McCandlish et al. 2018,
 *     appendix A.1)
 * @param bytesSent bytes that the first worker sent in this update for the workers to agree
 * @param sparsity share of the gradient's elements, over all workers, that was not sent (gradient sharing)
 * @param threshold beyond which elements were sent (gradient sharing)
 * @param replicaDivergence √(1/k Σᵢ‖wᵢ − w̄‖²) of the k workers' parameters wᵢ just before they became their mean w̄: the
 *     consensus distance of Kong et al. 2021 (parameter averaging)
 * @param computeSeconds forward and backward passes on the first rank; likewise sync (summing, waits included) and data
 * @param stepSeconds the whole update on the first rank: these three, applying the gradient, and what is measured of it; null
 *     where it is not known
 */
public record StepRecord(
        String study,
        String runId,
        long batchSize,
        long seed,
        long step,
        double epoch,
        long examples,
        @Nullable Long updateExamples,
        double learningRate,
        @Nullable Double gain,
        double loss,
        @Nullable Double gradientNorm,
        @Nullable Double gradientNormSqSmall,
        @Nullable Double gradientNormSqBig,
        @Nullable Double noiseScale,
        @Nullable Long bytesSent,
        @Nullable Double sparsity,
        @Nullable Double threshold,
        @Nullable Double replicaDivergence,
        double computeSeconds,
        double syncSeconds,
        double dataSeconds,
        @Nullable Double stepSeconds,
        StepMeasures measures)
        implements Serializable {}
