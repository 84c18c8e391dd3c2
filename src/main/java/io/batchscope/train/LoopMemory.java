package io.batchscope.train;

import io.batchscope.data.Batch;
import io.batchscope.plan.CheckpointPolicy;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import java.io.Serializable;

/**
 * What the arrays of a rank's {@link StepLoop} take on the heap, its examples apart. In bytes, by arithmetic: the loop
 * takes them all before its first update and none later.
 *
 * @param parameterBytes vectors as long as the parameters, which no micro-batch changes
 * @param orderBytes numbers of examples: the order of an epoch, and the rank's share of a batch; and of a round of local
 *     updates the losses
 * @param share the most examples of one update on this rank
 * @param features numbers per example
 * @param outputs numbers per example that the network puts out
 */
public record LoopMemory(long parameterBytes, long orderBytes, long share, int features, int outputs)
        implements Serializable {
    /** For a rank of the run. */
    public static LoopMemory of(RunPlan plan, ModelFacts model) {
        long kept = 1L + UpdateRule.of(plan.optimizer()).stateVectors();
        // Parameters and state, again while a checkpoint is written; the mean gradient; the copy of the replica.
        // Averaging needs no more: the rank's own gradient takes the mean one's place, and keeps the parameters
        // meanwhile.
        // Where noise is measured, micro-batches have a gradient of their own.
        // In the end, noise on the parameters and their sum.
        long noisy = plan.probes().contains(ProbeKind.WEIGHT_NOISE) ? 2 : 0;
        long vectors = 2 * kept + 2 + (plan.pace().measuresNoise() ? 1 : 0) + GradientMeter.vectors(plan) + noisy;
        long examples = (plan.trainExamples() + plan.workers() - 1) / plan.workers();
        return new LoopMemory(
                vectors * model.parameterCount() * Float.BYTES
                        + sharingBytes(plan, model)
                        + comparingBytes(plan, model),
                Integer.BYTES * (examples + Math.min(plan.largestBatch(), examples)) + roundBytes(plan),
                (plan.largestBatch() + plan.workers() - 1) / plan.workers(),
                model.inputs(),
                model.outputs());
    }

    /** The difference of gradients of two parts of a batch, and the examples of one. */
    private static long comparingBytes(RunPlan plan, ModelFacts model) {
        boolean compares = plan.measures().noiseEvery() > 0 && GlobalGradient.comparesParts(plan);
        return compares ? PartDifferences.bytes(model.parameterCount(), model.inputs()) : 0;
    }

    /** The residual and the messages; and all ranks' residuals, once gathered and once copied, while they are written. */
    private static long sharingBytes(RunPlan plan, ModelFacts model) {
        long own = Synchronizer.ownVectors(plan.synchronization());
        if (own == 0) {
            return 0;
        }
        int length = Math.toIntExact(model.parameterCount());
        long written = plan.checkpoints().equals(CheckpointPolicy.NONE) ? 0 : 2L * plan.workers();
        long words = (long) ThresholdEncoder.words(length) + SignExchange.messageWords(length, plan.workers());
        return own * (1 + written) * length * Float.BYTES + words * Integer.BYTES;
    }

    /** Losses of the updates between two agreements, kept until the ranks add them up. */
    private static long roundBytes(RunPlan plan) {
        return plan.synchronization() instanceof Synchronization.ParameterAveraging averaging
                ? Double.BYTES * averaging.longestRound(plan.plannedSteps())
                : 0;
    }

    /** The same for updates of any size. */
    public LoopMemory unshared() {
        return new LoopMemory(parameterBytes, orderBytes, Long.MAX_VALUE, features, outputs);
    }

    /** What does not depend on the micro-batch. */
    public long fixedBytes() {
        return parameterBytes + orderBytes;
    }

    /** What the feeder's buffers, the evaluator's and the replica's labels take for micro-batches of so many examples. */
    public long microBatchBytes(long microBatch) {
        long fed = Math.min(microBatch, Math.max(1, share));
        return Feeder.buffers(fed * features) * Batch.bytes(fed, features)
                + Batch.bytes(microBatch, features)
                + microBatch * outputs * Float.BYTES;
    }
}
