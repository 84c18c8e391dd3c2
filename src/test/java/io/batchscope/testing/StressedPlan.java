package io.batchscope.testing;

import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import java.util.List;
import java.util.Map;

/** Plans with wrong labels and probes. */
public final class StressedPlan {
    private StressedPlan() {}

    /** The plan with this share of labels changed, and these probes. */
    public static RunPlan of(RunPlan plan, double labelNoise, List<ProbeKind> probes) {
        return ChangedRecord.of(plan, Map.of("labelNoise", labelNoise, "probes", probes));
    }
}
