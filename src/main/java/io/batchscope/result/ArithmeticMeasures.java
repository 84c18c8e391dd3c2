package io.batchscope.result;

import org.jspecify.annotations.Nullable;

/**
 * Columns of {@code runs}: the arithmetic that a run did, and how fast. An operation is an addition or a multiplication of
 * floats. Null where not known.
 *
 * @param flopsPerExample operations of a forward and a backward pass for one example, matrix products and convolutions
 *     only
 * @param floatingPointOperations of the whole run
 * @param floatingPointOperationsToTarget of its updates until the target was first seen passed
 * @param flopsPerSecond operations over compute_seconds, all workers together: the rate of the gradients alone, without applying
 *     them, waiting and communicating
 * @param trainingFlopsPerSecond operations over train_seconds, all workers together: the rate of the training as a whole
 * @param gemmFlopsPerSecond what a large matrix product gets on as many workers, measured in the same run
 */
public record ArithmeticMeasures(
        @Nullable Double flopsPerExample,
        @Nullable Double floatingPointOperations,
        @Nullable Double floatingPointOperationsToTarget,
        @Nullable Double flopsPerSecond,
        @Nullable Double trainingFlopsPerSecond,
        @Nullable Double gemmFlopsPerSecond) {
    /** Nothing known. */
    public static final ArithmeticMeasures NONE = new ArithmeticMeasures(null, null, null, null, null, null);
}
