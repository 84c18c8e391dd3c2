package io.batchscope.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all ranks of a run know at an <em>agreement</em>: after an update that leaves all of them with the same parameters.
 *
 * @param losses mean loss per example of the batch of each update since the last agreement, in order, before the update
 * @param gradientNorm ‖·‖₂ of the gradient that the last of these updates followed; null if it was not asked for or ranks
 *     followed gradients of their own
 * @param updateNorm ‖·‖₂ of the change of the parameters in it; null likewise
 * @param sparsity share of the gradient's elements, over all ranks, that was not sent; null if elements are not chosen
 * @param threshold beyond which elements were sent, 0 if all were; null likewise
 * @param replicaDivergence see {@code StepRecord}; null if the ranks were not apart
 * @param squares what the last update tells of its gradient's noise; null if that was not measured
 * @param stopWanted whether any rank voted to stop
 * @param checkpointWanted whether the first rank wants a checkpoint; only it need know, unless a rank keeps something for
 *     itself
 */
record Agreement(
        List<Double> losses,
        @Nullable Double gradientNorm,
        @Nullable Double updateNorm,
        @Nullable Double sparsity,
        @Nullable Double threshold,
        @Nullable Double replicaDivergence,
        @Nullable NoiseSample squares,
        boolean stopWanted,
        boolean checkpointWanted) {}
