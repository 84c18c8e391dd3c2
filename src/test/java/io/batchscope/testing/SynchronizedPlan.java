package io.batchscope.testing;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;

/** Plans whose workers agree in another way. */
public final class SynchronizedPlan {
    private SynchronizedPlan() {}

    /** The plan in this mode. */
    public static RunPlan of(RunPlan plan, Synchronization synchronization) {
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
                synchronization,
                plan.replica(),
                plan.optimizer(),
                plan.regularization(),
                plan.scalingRule(),
                plan.baseLearningRate(),
                plan.peakLearningRate(),
                plan.warmupSteps(),
                plan.schedule(),
                plan.pace(),
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
