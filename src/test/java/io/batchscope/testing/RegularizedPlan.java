package io.batchscope.testing;

import io.batchscope.plan.Regularization;
import io.batchscope.plan.RunPlan;
import java.util.Map;

/** Plans with label smoothing or ghost batches. */
public final class RegularizedPlan {
    private RegularizedPlan() {}

    /** The plan with this, its micro-batches no larger than the ghost batch. */
    public static RunPlan of(RunPlan plan, Regularization regularization) {
        int ghosts = regularization.ghostBatch();
        return ChangedRecord.of(
                plan, Map.of("microBatch", ghosts > 0 ? ghosts : plan.microBatch(), "regularization", regularization));
    }
}
