package io.batchscope.plan;

import org.jspecify.annotations.Nullable;

/**
 * What the planner needs to know of the fused replica.
 *
 * @param notCompiled why it cannot train the model, naming the layer, such as {@code layer 'x' (LSTM): not a kind that the
 *     fused replica knows}; null if it can
 * @param notLoaded why its native library cannot be used on this cluster, as a sentence; null if it can, or where nobody asks
 */
public record FusedFacts(@Nullable String notCompiled, @Nullable String notLoaded) {}
