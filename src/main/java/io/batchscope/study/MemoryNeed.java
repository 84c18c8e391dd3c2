package io.batchscope.study;

import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.RunPlan;
import io.batchscope.train.UpdateRule;

/**
 * What a worker of a run needs at least, in bytes: its examples, its copies of the parameters, and its micro-batch.
 * Activations inside the network and the JVM itself come on top.
 */
public final class MemoryNeed {
    /** Network, gradient inside the network, gradient outside, sum, and the parameters that are updated. */
    private static final int COPIES = 5;

    private MemoryNeed() {}

    /**
     * The least memory of one worker of a run.
     *
     * @param bytesPerExample as stored in memory
     */
    public static long bytes(RunPlan plan, ModelFacts model, long bytesPerExample) {
        long vectors = (long) COPIES + UpdateRule.of(plan.optimizer()).stateVectors();
        long examples = (plan.trainExamples() + plan.workers() - 1) / plan.workers();
        // The micro-batch stands on the heap, the next one too, one for evaluations, and one in the network's memory.
        long batches = 4L * plan.microBatch() * (model.inputs() + model.outputs());
        return Float.BYTES * (vectors * model.parameterCount() + batches) + examples * bytesPerExample;
    }
}
