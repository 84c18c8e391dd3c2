package io.batchscope.testing;

import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;

/** Plans whose batches or rates follow another pace. */
public final class PacedPlan {
    private PacedPlan() {}

    /** The plan at this pace. */
    public static RunPlan of(RunPlan plan, Pace pace) {
        return new RunPlan(
                plan.runId(),
                plan.trainingId(),
                plan.study(),
                plan.recipe(),
                plan.task(),
                plan.batchSize(),
                plan.workers(),
                plan.microBatch(),
                plan.lanes(),
                plan.seed(),
                plan.trainExamples(),
                plan.dataFingerprint(),
                plan.modelFingerprint(),
                plan.synchronization(),
                plan.replica(),
                plan.optimizer(),
                plan.regularization(),
                plan.scalingRule(),
                plan.baseLearningRate(),
                plan.peakLearningRate(),
                plan.warmupSteps(),
                plan.schedule(),
                pace,
                plan.plannedSteps(),
                plan.evaluateEvery(),
                plan.stepRowEvery(),
                plan.target(),
                plan.secondsLimit(),
                plan.divergenceFactor(),
                plan.transport(),
                plan.timeoutSeconds(),
                plan.retries(),
                plan.checkpoints(),
                plan.learningRateFactor(),
                plan.labelNoise(),
                plan.measures(),
                plan.probes());
    }
}
