package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.law.Arrival;
import org.junit.jupiter.api.Test;

class GoalArrivalsTest {
    @Test
    void aTargetIsPassedBetweenTwoEvaluations() {
        GoalRows rows = new GoalRows().arrived(64, 1, 1, 47, 10, 0.1).arrived(64, 2, 1, 7, 10, 0.1);

        assertThat(GoalArrivals.of(rows.tables()))
                .containsExactly(new Arrival(64, 40, 50, true), new Arrival(64, 0, 10, true));
    }

    @Test
    void runsThatEndedBeforeCountAsLonger() {
        GoalRows rows = new GoalRows()
                .arrived(64, 1, 1, 47, 10, 0.1)
                .add(RunFixture.run(16, 1).with("steps", 400L), 400, 100, null)
                .add(RunFixture.run(32, 1).diverged(), 0, 100, null)
                .add(RunFixture.run(8, 1).with("outcome", "Failed").with("steps", 0L), 0, 100, null);

        assertThat(GoalArrivals.of(rows.tables()))
                .containsExactly(new Arrival(64, 40, 50, true), new Arrival(16, 400, false), new Arrival(32, 7, false));
    }

    /** A run may pass the target and diverge later. */
    @Test
    void whatBecomesOfARunAfterTheTargetIsItsOwnMatter() {
        GoalRows rows = new GoalRows()
                .add(RunFixture.run(32, 1).diverged().with("steps", 90L).with("stepsToTarget", 30L), 90, 10, null);

        assertThat(GoalArrivals.of(rows.tables())).containsExactly(new Arrival(32, 20, 30, true));
    }

    @Test
    void runsWhoseBatchGrewHaveNoBatchSize() {
        GoalRows rows = new GoalRows()
                .arrived(64, 1, 1, 47, 10, 0.1)
                .add(RunFixture.run(32, 1).with("finalBatchSize", 128L).with("stepsToTarget", 30L), 90, 10, null);

        assertThat(GoalArrivals.of(rows.tables())).hasSize(1);
    }

    @Test
    void withoutATargetNobodyArrives() {
        assertThat(GoalArrivals.of(
                        new GoalRows().add(RunFixture.run(32, 1), 90, 10, null).tables()))
                .isEmpty();
    }
}
