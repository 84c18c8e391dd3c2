package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.known;
import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.StudyTables;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StudySummaryTest {
    @Test
    void takesMeansOverTheSeedsOfABatchSize() {
        StudySummary summary = StudySummary.of(tables(
                run(64, 1).with("testLoss", 1.0),
                run(8, 1).with("testLoss", 9.0),
                run(64, 2).with("testLoss", 2.0),
                run(64, 3).with("testLoss", 3.0)));

        assertThat(summary.batches()).extracting(BatchSummary::batchSize).containsExactly(8L, 64L);
        BatchSummary batch = summary.batches().get(1);
        assertThat(batch.runs()).isEqualTo(3);
        assertThat(known(batch.testLoss()).mean()).isEqualTo(2);
        assertThat(known(batch.testLoss()).halfWidth()).isCloseTo(4.3027 / Math.sqrt(3), within(1e-4));
        assertThat(known(summary.batches().get(0).testLoss()).halfWidth()).isNull();
    }

    @Test
    void keepsRunsThatNeverArrivedVisible() {
        BatchSummary batch = StudySummary.of(tables(
                        run(64, 1).with("stepsToTarget", 100L),
                        run(64, 2),
                        run(64, 3).with("stepsToTarget", 200L)))
                .batches()
                .get(0);

        assertThat(batch.arrived()).isEqualTo(2);
        assertThat(batch.runs()).isEqualTo(3);
        assertThat(known(batch.stepsToTarget()).mean()).isEqualTo(150);
    }

    @Test
    void measuresOnlyRunsThatEndedRegularly() {
        BatchSummary batch = StudySummary.of(tables(
                        run(64, 1).with("examplesPerSecond", 1000.0),
                        run(64, 2).with("examplesPerSecond", 10.0).diverged()))
                .batches()
                .get(0);

        assertThat(known(batch.examplesPerSecond()).mean()).isEqualTo(1000);
        assertThat(batch.outcomes()).isEqualTo(Map.of("Completed", 1, "Diverged", 1));
        assertThat(batch.outcomeText()).isEqualTo("1 Completed, 1 Diverged");
    }

    @Test
    void saysThatAllRunsOfABatchSizeDiverged() {
        BatchSummary batch = StudySummary.of(
                        tables(run(64, 1).diverged(), run(64, 2).diverged()))
                .batches()
                .get(0);

        assertThat(batch.allDiverged()).isTrue();
        assertThat(batch.outcomeText()).isEqualTo("all 2 diverged");
        assertThat(batch.testLoss()).isNull();
    }

    @Test
    void splitsTrainingTimeIntoSharesThatAddUpToOne() {
        BatchSummary batch = StudySummary.of(tables(run(64, 1)
                        .with("trainSeconds", 20.0)
                        .with("computeSeconds", 10.0)
                        .with("syncSeconds", 5.0)
                        .with("dataSeconds", 2.0)))
                .batches()
                .get(0);

        assertThat(known(batch.computeShare()).mean()).isEqualTo(0.5);
        assertThat(known(batch.syncShare()).mean()).isEqualTo(0.25);
        assertThat(known(batch.dataShare()).mean()).isEqualTo(0.1);
        assertThat(known(batch.otherShare()).mean()).isCloseTo(0.15, within(1e-12));
        assertThat(known(batch.secondsPerEpoch()).mean()).isEqualTo(2);
    }

    @Test
    void knowsTheFullBatch() {
        StudySummary summary = StudySummary.of(tables(run(64, 1), run(RunFixture.TRAIN_EXAMPLES, 1)));

        assertThat(summary.fullBatch()).hasValue(RunFixture.TRAIN_EXAMPLES);
        assertThat(summary.regression()).isFalse();
    }

    @Test
    void isEmptyForAStudyWithoutRuns() {
        StudySummary summary = StudySummary.of(tables());

        assertThat(summary.batches()).isEmpty();
        assertThat(summary.runs()).isZero();
        assertThat(summary.fewestSeeds()).isZero();
    }

    @Test
    void runsOfAnotherConfigurationAreNoFurtherSeedsWhenLeftOut() {
        StudyTables both = RunFixture.tables(
                RunFixture.run(64, 1).with("testLoss", 0.5),
                RunFixture.run(64, 1).with("runId", "rOther").with("testLoss", 1.5));
        assertThat(StudySummary.of(both).batches().get(0).runs()).isEqualTo(2);
        StudySummary summary = StudySummary.of(both.only(Set.of("r64-1")));
        assertThat(summary.batches().get(0).runs()).isEqualTo(1);
        assertThat(summary.batches().get(0).testLoss()).isEqualTo(new Estimate(1, 0.5, null, null, null));
    }
}
