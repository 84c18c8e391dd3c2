package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.GradientSharing;
import io.batchscope.plan.Synchronization.Threshold;
import io.batchscope.plan.Task;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.SynchronizedPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopMemoryTest {
    private static final int PARAMETERS = 1600;
    private static final ModelFacts MODEL =
            new ModelFacts("m", "", PARAMETERS, 3, 1, Task.REGRESSION, false, List.of());

    private static long more(RunPlan plan) {
        GradientSharing sharing = new GradientSharing(new Threshold.Fixed(0.1), 5, 5);
        return LoopMemory.of(SynchronizedPlan.of(plan, sharing), MODEL).fixedBytes()
                - LoopMemory.of(plan, MODEL).fixedBytes();
    }

    @Test
    void gradientSharingTakesTheResidualAndTheMessages() {
        RunPlan plan =
                RunPlans.sgd(Task.REGRESSION, 100, 10, 5, 0.1).withWorkers(3).plan();
        // A bitmap of 1600 elements is 100 words; there is the rank's own and room for those of all three.
        assertThat(more(plan)).isEqualTo(4 * (1600 + 400));
        // The residuals of all three, gathered and copied.
        assertThat(more(CheckpointedPlan.of(plan, 2, 0))).isEqualTo(4 * (1600 + 400 + 6 * 1600));
    }
}
