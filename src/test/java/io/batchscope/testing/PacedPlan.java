package io.batchscope.testing;

import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import java.util.Map;

/** Plans whose batches or rates follow another pace. */
public final class PacedPlan {
    private PacedPlan() {}

    /** The plan at this pace. */
    public static RunPlan of(RunPlan plan, Pace pace) {
        return ChangedRecord.of(plan, Map.of("pace", pace));
    }
}
