package io.batchscope.testing;

import io.batchscope.plan.Regularization;
import io.batchscope.plan.RunPlan;

/** Plans with label smoothing or ghost batches. */
public final class RegularizedPlan {
    private RegularizedPlan() {}

    /** The plan with this, its micro-batches no larger than the ghost batch. */
    public static RunPlan of(RunPlan plan, Regularization regularization) {
        int ghosts = regularization.ghostBatch();
        return new RunPlan(
                plan.runId(),
                plan.trainingId(),
                plan.study(),
                plan.recipe(),
                plan.task(),
                plan.batchSize(),
                plan.workers(),
                ghosts > 0 ? ghosts : plan.microBatch(),
                plan.lanes(),
                plan.seed(),
                plan.trainExamples(),
                plan.dataFingerprint(),
                plan.modelFingerprint(),
                plan.synchronization(),
                plan.replica(),
                plan.optimizer(),
                regularization,
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
