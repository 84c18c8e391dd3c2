package io.batchscope.train;

import static io.batchscope.train.ContractRuns.EXAMPLES;
import static io.batchscope.train.ContractRuns.NESTEROV;
import static io.batchscope.train.ContractRuns.SGD;
import static io.batchscope.train.ContractRuns.plans;
import static io.batchscope.train.ContractRuns.rows;
import static io.batchscope.train.ContractRuns.train;
import static io.batchscope.train.ContractRuns.watching;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Target;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.train.CheckpointedRanks.Killed;
import io.batchscope.train.ContractMode.Bytes;
import io.batchscope.train.ContractRuns.Watching;
import io.batchscope.train.ContractTable.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a run says of itself in each mode: how it ends, and what its columns hold. */
interface ObservedRunContract {
    /** The targets are a linear map, which fits them with loss 0. */
    @ParameterizedTest
    @MethodSource("modes")
    default void theLossFallsToItsKnownMinimum(ContractMode mode) throws Exception {
        for (int workers : List.of(1, 3)) {
            List<EvalRecord> rows = train(mode.plan(plans(17, 200, 0.1).withWorkers(workers)))
                    .get(0)
                    .evalRows();
            double left = rows.get(rows.size() - 1).loss() / rows.get(0).loss();
            assertThat(left).isLessThan(1e-6);
            SynchronizationContractTest.TABLE.yes(mode, Property.LEARNS, left);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void divergenceTargetAndTimeEndAllRanksAtTheSameUpdate(ContractMode mode) throws Exception {
        RunPlan wild = mode.plan(plans(EXAMPLES, 40, 1000).withWorkers(3));
        assertThat(train(wild)).allSatisfy(rank -> {
            assertThat(rank.outcome())
                    .isInstanceOfSatisfying(Outcome.Diverged.class, diverged -> assertThat(diverged.step())
                            .isEqualTo(rank.steps() + 1));
            assertThat(rank.stepRows()).hasSize((int) rank.steps()).hasSizeBetween(1, 20);
        });
        assertEndTogether(train(wild));

        Target target = new Target(Target.Metric.VALIDATION_LOSS, 1e6, true);
        RunPlan easy = mode.plan(plans(SGD, 3).withEvaluateEvery(1).withTarget(target));
        long first = mode.agreements(easy).get(0);
        assertThat(train(easy))
                .allSatisfy(rank -> assertThat(rank.outcome()).isEqualTo(new Outcome.ReachedTarget(first)));

        List<TrainedRun> spent = train(mode.plan(plans(SGD, 3).withSecondsLimit(0)));
        // The first update has used no time when its vote is taken.
        long second = mode.agreements(easy).stream()
                .filter(step -> step > 1)
                .findFirst()
                .orElseThrow();
        assertThat(spent).allSatisfy(rank -> {
            assertThat(rank.outcome()).isInstanceOf(Outcome.BudgetExhausted.class);
            assertThat(rank.steps()).isEqualTo(second);
        });
        SynchronizationContractTest.TABLE.yes(mode, Property.ENDS);
    }

    private static void assertEndTogether(List<TrainedRun> ranks) {
        assertThat(ranks)
                .extracting(TrainedRun::steps)
                .containsOnly(ranks.get(0).steps());
        assertThat(ranks)
                .extracting(rank -> rank.outcome().toString())
                .containsOnly(ranks.get(0).outcome().toString());
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void aLostRankIsNamedByAllOthers(ContractMode mode) throws Exception {
        RunPlan plan = mode.plan(plans(SGD, 3));
        List<String> ends = RankThreads.run(3, collective -> {
            try {
                loop(plan, collective).run();
                return "ran";
            } catch (CollectiveException | Killed e) {
                return String.valueOf(e.getMessage());
            }
        });

        assertThat(List.of(ends.get(0), ends.get(2)))
                .allSatisfy(end -> assertThat(end).startsWith("rank 1 closed the connection"));
        SynchronizationContractTest.TABLE.yes(mode, Property.LOST);
    }

    /** Rank 1 ends in its third update. */
    private static StepLoop loop(RunPlan plan, Collective collective) {
        int rank = collective.rank();
        Replica replica = new ForwardingReplica(ContractRuns.linear()) {
            private int seeds;

            @Override
            public void seed(long seed) {
                if (rank == 1 && ++seeds > 4) {
                    throw new Killed();
                }
            }
        };
        RankData data = new RankData(Feeding.owned(plan, rank), ContractRuns.VALIDATION, CheckpointedRanks.NOTHING);
        return new StepLoop(plan, data, replica, collective, List.of(), TrainingListener.NONE);
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void theFirstRankSendsWhatTheModeTakes(ContractMode mode) throws Exception {
        List<String> sent = new ArrayList<>();
        for (int workers : List.of(1, 2, 3)) {
            for (OptimizerConfig optimizer : List.of(SGD, NESTEROV)) {
                RunPlan plan = mode.plan(plans(optimizer, workers));
                TrainedRun run = train(plan).get(0);
                int vectors = UpdateRule.of(optimizer).stateVectors();
                long least = 0;
                long most = 0;
                for (StepRecord row : run.stepRows()) {
                    Bytes bytes = mode.bytes(plan, row, vectors);
                    assertThat(row.bytesSent()).isBetween(bytes.least(), bytes.most());
                    least += bytes.least();
                    most += bytes.most();
                }
                long all = run.stepRows().stream()
                        .mapToLong(row -> Objects.requireNonNull(row.bytesSent()))
                        .sum();
                assertThat(run.bytesSent()).isEqualTo(all);
                if (least < most) {
                    assertThat(all).as("some signs").isGreaterThan(least);
                }
                sent.add(all + (vectors == 0 ? " (SGD)" : " (momentum)"));
            }
        }
        SynchronizationContractTest.TABLE.put(mode, Property.BYTES, String.join(", ", sent.subList(4, 6)));
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void columnsAreNullWhereNothingIsMeasured(ContractMode mode) throws Exception {
        for (int workers : List.of(1, 3)) {
            RunPlan plan = mode.plan(plans(SGD, workers));
            for (StepRecord row : train(plan).get(0).stepRows()) {
                boolean local = mode.local(row.step() - 1);
                boolean averaged = local && mode.agreesAfter(plan, row.step() - 1);
                assertThat(row.gradientNorm() == null).isEqualTo(local);
                assertThat(row.replicaDivergence() == null).isEqualTo(!averaged);
                assertThat(row.sparsity() == null).isEqualTo(!mode.thinsOut());
                assertThat(row.threshold() == null).isEqualTo(!mode.thinsOut());
                if (averaged) {
                    assertThat(Objects.requireNonNull(row.replicaDivergence()) > 0)
                            .isEqualTo(workers > 1);
                }
            }
        }
        SynchronizationContractTest.TABLE.yes(mode, Property.COLUMNS);
    }

    /** Within an epoch, so that all batches have 4 examples. */
    @ParameterizedTest
    @MethodSource("modes")
    default void theEffectiveBatchSizesAreThoseThatAreSeen(ContractMode mode) throws Exception {
        RunPlan plan = mode.plan(plans(4, 18, 0.02).withWorkers(2));
        List<Watching> ranks = watching(2);
        TrainedRun run = train(plan, ranks).get(0);
        StepRecord last = run.stepRows().get(17);
        List<Long> agreements = mode.agreements(plan);
        long before = agreements.get(agreements.size() - 3);
        long after = agreements.get(agreements.size() - 2);

        // A gradient's norm in a row: all ranks followed one gradient.
        long followed = last.gradientNorm() == null ? 1 : 2;
        assertThat(mode.synchronization().updateBatch(4, 2))
                .isEqualTo(followed * ranks.get(0).trained.size() / 18);
        assertThat(mode.synchronization().syncExamples(4))
                .isEqualTo(run.stepRows().get((int) after - 1).examples()
                        - (before == 0
                                ? 0
                                : run.stepRows().get((int) before - 1).examples()));
        SynchronizationContractTest.TABLE.put(
                mode,
                Property.EFFECTIVE,
                mode.synchronization().updateBatch(4, 2) + ", "
                        + mode.synchronization().syncExamples(4));
    }
}
