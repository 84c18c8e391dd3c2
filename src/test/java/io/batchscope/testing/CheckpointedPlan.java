package io.batchscope.testing;

import io.batchscope.plan.CheckpointPolicy;
import io.batchscope.plan.RunPlan;
import java.util.Map;

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
        return ChangedRecord.of(
                plan, Map.of("timeoutSeconds", timeoutSeconds, "retries", retries, "checkpoints", policy));
    }
}
