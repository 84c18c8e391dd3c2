package io.batchscope.fused;

import io.batchscope.train.ActivationFunction;
import org.jspecify.annotations.Nullable;

/**
 * The activation behind an operation, as far as it is done with the operation itself.
 *
 * @param forward applied to its result; null for none
 * @param backward taken back before its own gradient; null for none, or where a later operation does that
 */
record Following(@Nullable ActivationFunction forward, @Nullable ActivationFunction backward) {
    static final Following NOTHING = new Following(null, null);
}
