package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.TrainedRun;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankReportTest {
    private static final RankReport FIRST = RankReport.of(0, "a", TrainedRun.failed("made up"));

    private static TrainedRun together(RankReport... reports) {
        return ((Attempt.Trained) RankReport.together(List.of(reports))).run();
    }

    @Test
    void addsUpWhatTheMachinesOfAllRanksCanDo() {
        assertThat(together(FIRST.with(2e9), RankReport.agreed(1, "b").with(3e9))
                        .gemmFlopsPerSecond())
                .isEqualTo(5e9);
    }

    @Test
    void hasNoRateWhereOneRankHasNone() {
        assertThat(together(FIRST.with(2e9), RankReport.agreed(1, "b")).gemmFlopsPerSecond())
                .isNull();
    }
}
