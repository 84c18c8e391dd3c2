package io.batchscope.testing;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import java.util.Map;

/** Plans whose workers agree in another way. */
public final class SynchronizedPlan {
    private SynchronizedPlan() {}

    /** The plan in this mode. */
    public static RunPlan of(RunPlan plan, Synchronization synchronization) {
        return ChangedRecord.of(plan, Map.of("synchronization", synchronization));
    }
}
