package io.batchscope.plan;

import org.jspecify.annotations.Nullable;

/**
 * What the planner needs to know of the CUDA replica. Reasons are null where there is nothing to complain about, or where
 * nobody asks.
 *
 * @param notCompiled why it cannot train the model, naming the layer
 * @param notGiven why workers get no GPU, as a sentence
 * @param notLoaded which executors cannot use CUDA, and why, as a sentence
 * @param slots workers that can have a GPU at the same time
 */
public record CudaFacts(
        @Nullable String notCompiled, @Nullable String notGiven, @Nullable String notLoaded, int slots) {
    /** Where Spark has no GPUs. */
    public static final CudaFacts NO_GPUS = new CudaFacts(
            null, "Spark gives its executors none (spark.executor.resource.gpu.amount is not set)", null, 0);

    /** Whether workers get GPUs, whatever they can do with them. */
    boolean given() {
        return notGiven == null;
    }

    /** Why it cannot train here although there are GPUs; null if it can. */
    @Nullable
    String problem() {
        return notCompiled != null ? notCompiled : notLoaded;
    }
}
