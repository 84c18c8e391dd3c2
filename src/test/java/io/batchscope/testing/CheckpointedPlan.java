package io.batchscope.testing;

import io.batchscope.plan.CheckpointPolicy;
import io.batchscope.plan.RunPlan;

/** Plans with checkpoints and retries. */
public final class CheckpointedPlan {
    private CheckpointedPlan() {}

    /** The plan, with a checkpoint every so many updates, two of them kept. */
    public static RunPlan of(RunPlan plan, long everySteps, int retries) {
        return of(plan, new CheckpointPolicy(everySteps, Double.POSITIVE_INFINITY, 2), retries);
    }

    /** The plan with this policy. */
    public static RunPlan of(RunPlan plan, CheckpointPolicy policy, int retries) {
        return of(plan, policy, retries, plan.timeoutSeconds());
    }

    /** The plan with this policy and time-out. */
    public static RunPlan of(RunPlan plan, CheckpointPolicy policy, int retries, double timeoutSeconds) {
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
                plan.pace(),
                plan.plannedSteps(),
                plan.evaluateEvery(),
                plan.stepRowEvery(),
                plan.target(),
                plan.secondsLimit(),
                plan.divergenceFactor(),
                plan.transport(),
                timeoutSeconds,
                retries,
                policy,
                plan.learningRateFactor(),
                plan.labelNoise(),
                plan.measures(),
                plan.probes());
    }
}
