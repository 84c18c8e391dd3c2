package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.GpuMeasures;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.TrainedRun;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankReportTest {
    private static final RunPlan PLAN =
            RunPlans.sgd(Task.CLASSIFICATION, 64, 8, 1, 0.1).plan();
    private static final RankReport FIRST = RankReport.of(0, "a", TrainedRun.failed("made up"));

    private static final GpuMeasures GPU = new GpuMeasures(0.25, 1L << 30, "");
    private static final GpuMeasures BUSY = new GpuMeasures(0.75, 1L << 31, "");

    private static TrainedRun together(RankReport... reports) {
        return ((Attempt.Trained) RankReport.together(PLAN, List.of(reports))).run();
    }

    @Test
    void addsUpWhatTheMachinesOfAllRanksCanDo() {
        assertThat(together(FIRST.with(2e9, GPU), RankReport.agreed(1, "b").with(3e9, BUSY))
                        .gemmFlopsPerSecond())
                .isEqualTo(5e9);
    }

    @Test
    void hasNoRateWhereOneRankHasNone() {
        assertThat(together(FIRST.with(2e9, GPU), RankReport.agreed(1, "b")).gemmFlopsPerSecond())
                .isNull();
    }

    @Test
    void takesTheMeanOfWhatTheGpusOfAllRanksDidAndTheMostMemory() {
        assertThat(together(FIRST.with(2e9, GPU), RankReport.agreed(1, "b").with(3e9, BUSY))
                        .gpu())
                .isEqualTo(new GpuMeasures(0.5, 1L << 31, ""));
    }

    @Test
    void saysWhichQuestionsToTheGpusOfSomeRankFailed() {
        GpuMeasures some = new GpuMeasures(0.75, 1L << 31, "1 of 9 questions failed; the last: gone");

        assertThat(together(FIRST.with(2e9, GPU), RankReport.agreed(1, "b").with(3e9, some))
                        .gpu())
                .isEqualTo(new GpuMeasures(0.5, 1L << 31, "1 of 9 questions failed; the last: gone"));
    }

    @Test
    void saysWhyNothingIsKnownOfTheGpuOfARank() {
        GpuMeasures none = GpuMeasures.unknown("no GPU was assigned to the workers");

        assertThat(together(FIRST.with(2e9, GPU), RankReport.agreed(1, "b").with(3e9, none))
                        .gpu())
                .isEqualTo(none);
    }
}
