package io.batchscope.testing;

import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import java.util.List;

/** Plans with wrong labels and probes. */
public final class StressedPlan {
    private StressedPlan() {}

    /** The plan with this share of labels changed, and these probes. */
    public static RunPlan of(RunPlan plan, double labelNoise, List<ProbeKind> probes) {
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
                plan.timeoutSeconds(),
                plan.retries(),
                plan.checkpoints(),
                plan.learningRateFactor(),
                labelNoise,
                plan.measures(),
                probes);
    }
}
