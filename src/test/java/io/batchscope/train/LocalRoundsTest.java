package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.batchscope.data.Batch;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.ParameterAveraging;
import io.batchscope.plan.Synchronization.Synchronous;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.SynchronizedPlan;
import io.batchscope.testing.TrainedParameters;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the loop does within and at the end of rounds in which ranks are apart. */
class LocalRoundsTest {
    private static final int EXAMPLES = 103;
    private static final int FEATURES = 3;
    private static final ArrayExamples TRAIN = ArrayExamples.linear(EXAMPLES, FEATURES, 1);
    private static final ArrayExamples VALIDATION = ArrayExamples.linear(31, FEATURES, 2);

    private static RunPlans plans(long steps) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, 20, steps, 0.02).withWorkers(3);
    }

    private static RunPlan averaging(RunPlan plan, long everySteps) {
        return SynchronizedPlan.of(plan, new ParameterAveraging(everySteps, 0));
    }

    private static List<TrainedRun> run(RunPlan plan) throws Exception {
        return RankThreads.train(plan, TRAIN, VALIDATION, rank -> new LinearReplica(FEATURES, 0.25f));
    }

    private static List<Long> evaluated(TrainedRun run) {
        return run.evalRows().stream()
                .filter(row -> row.split().equals("validation"))
                .map(EvalRecord::step)
                .toList();
    }

    /** Steps whose row has an agreement's values. */
    private static List<Long> agreements(TrainedRun run) {
        return run.stepRows().stream()
                .filter(row -> row.replicaDivergence() != null)
                .map(StepRecord::step)
                .toList();
    }

    @Test
    void evaluationsAndRowsComeAtTheNextAgreement() throws Exception {
        TrainedRun run = run(averaging(plans(37).withStepRowEvery(5).plan(), 8)).get(0);

        // Evaluations fall due every 10 updates; agreements are after 8, 16, 24, 32 and, as it is the last, 37.
        assertThat(evaluated(run)).containsExactly(0L, 16L, 24L, 32L, 37L);
        assertThat(run.stepRows())
                .extracting(StepRecord::step)
                .containsExactly(1L, 6L, 8L, 11L, 16L, 21L, 24L, 26L, 31L, 32L, 36L, 37L);
        assertThat(agreements(run)).containsExactly(8L, 16L, 24L, 32L, 37L);
        assertThat(run.stepRows()).extracting(StepRecord::gradientNorm).containsOnlyNulls();
        assertThat(run.stepRows()).allSatisfy(row -> assertThat(row.loss()).isPositive());
    }

    @Test
    void lossesAreMeansOverTheWholeBatch() throws Exception {
        // At rate 0 all updates see the start parameters, 0, where the loss is the target's square.
        RunPlan still = averaging(
                RunPlans.sgd(Task.REGRESSION, EXAMPLES, 20, 6, 0).withWorkers(3).plan(), 4);
        List<Double> exact = run(SynchronizedPlan.of(still, new Synchronous())).get(0).stepRows().stream()
                .map(StepRecord::loss)
                .toList();
        List<StepRecord> rows = run(still).get(0).stepRows();

        for (int step = 0; step < rows.size(); step++) {
            assertThat(rows.get(step).loss()).isCloseTo(exact.get(step), withinPercentage(1e-4));
        }
        assertThat(rows).hasSize(6);
    }

    @Test
    void aRoundLongerThanTheRunEndsWithIt() throws Exception {
        TrainedRun run = run(averaging(plans(12).plan(), 1000)).get(0);

        assertThat(evaluated(run)).containsExactly(0L, 12L);
        assertThat(agreements(run)).containsExactly(12L);
        assertThat(run.stepRows()).hasSize(12);
    }

    @Test
    void nothingIsSentWhileRanksAreApart() throws Exception {
        TrainedRun run = run(averaging(plans(20).plan(), 8)).get(0);

        assertThat(run.stepRows().stream()
                        .filter(row -> row.bytesSent() != null && row.bytesSent() > 0)
                        .map(StepRecord::step))
                .containsExactly(8L, 16L, 20L);
    }

    /** As long as the run is exact, it is the exact mode to the bit; rounds are counted from there. */
    @Test
    void postLocalRunsBeginExactly() throws Exception {
        OptimizerConfig nesterov = new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 1e-3, 0.9, 0.999, 1e-8);
        RunPlan plan = plans(20).withOptimizer(nesterov).plan();
        List<StepRecord> exact = run(plan).get(0).stepRows();
        TrainedRun run =
                run(SynchronizedPlan.of(plan, new ParameterAveraging(4, 10))).get(0);

        assertThat(run.stepRows().subList(0, 10))
                .extracting(StepRecord::loss)
                .isEqualTo(exact.subList(0, 10).stream().map(StepRecord::loss).toList());
        assertThat(run.stepRows().subList(0, 10))
                .extracting(StepRecord::gradientNorm)
                .isEqualTo(exact.subList(0, 10).stream()
                        .map(StepRecord::gradientNorm)
                        .toList());
        assertThat(run.stepRows().subList(10, 20))
                .extracting(StepRecord::gradientNorm)
                .containsOnlyNulls();
        assertThat(agreements(run)).containsExactly(14L, 18L, 20L);
        assertThat(evaluated(run)).containsExactly(0L, 10L, 20L);
    }

    @Test
    void postLocalRunsThatNeverGetThereAreExact() throws Exception {
        RunPlan plan = plans(9).plan();
        TrainedRun run =
                run(SynchronizedPlan.of(plan, new ParameterAveraging(4, 100))).get(0);

        assertThat(TrainedParameters.of(run))
                .isEqualTo(TrainedParameters.of(run(plan).get(0)));
        assertThat(agreements(run)).isEmpty();
    }

    /** The first loss is that of the start; at this rate the second is beyond all bounds, six updates before an agreement. */
    @Test
    void divergenceWithinARoundIsOfTheUpdateThatShowsIt() throws Exception {
        List<TrainedRun> ranks = run(averaging(
                RunPlans.sgd(Task.REGRESSION, EXAMPLES, EXAMPLES, 40, 1000)
                        .withWorkers(3)
                        .plan(),
                8));

        assertThat(ranks).allSatisfy(rank -> {
            assertThat(rank.outcome())
                    .isInstanceOfSatisfying(Outcome.Diverged.class, diverged -> assertThat(diverged.step())
                            .isEqualTo(2));
            assertThat(rank.steps()).isEqualTo(1);
            assertThat(rank.stepRows()).extracting(StepRecord::step).containsExactly(1L);
            assertThat(rank.evalRows()).extracting(EvalRecord::step).containsExactly(0L);
        });
    }

    @Test
    void secondsAndTargetEndTheRunAtAnAgreement() throws Exception {
        List<TrainedRun> spent = run(averaging(plans(40).withSecondsLimit(0).plan(), 8));
        Target easy = new Target(Target.Metric.VALIDATION_LOSS, 1e6, true);
        List<TrainedRun> reached = run(averaging(plans(40).withTarget(easy).plan(), 8));

        assertThat(spent).allSatisfy(rank -> {
            assertThat(rank.outcome()).isInstanceOf(Outcome.BudgetExhausted.class);
            assertThat(rank.steps()).isEqualTo(8);
        });
        // The first evaluation is due after update 10, the first agreement from there on is after 16.
        assertThat(reached).allSatisfy(rank -> assertThat(rank.outcome()).isEqualTo(new Outcome.ReachedTarget(16)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 8, 100})
    void heldParametersAreLoweredByTheirMeanChange(long everySteps) throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, EXAMPLES, 10, 8, 0.01)
                .withWorkers(3)
                .plan();
        float[] parameters =
                TrainedParameters.of(run(averaging(plan, everySteps)).get(0));

        assertThat(parameters[FEATURES]).isCloseTo(-8 * 0.25f, within(1e-5f));
    }

    @Test
    void checkpointsAreWrittenAtAgreements() throws Exception {
        RunPlan plan = CheckpointedPlan.of(averaging(plans(40).plan(), 8), 5, 0);
        MemoryCheckpoints store = new MemoryCheckpoints();
        new CheckpointedRanks(() -> new LinearReplica(FEATURES, 0.25f), VALIDATION)
                .train(plan, store, TrainingListener.NONE);

        assertThat(store.files.keySet()).containsExactly(8L, 16L, 24L, 32L);
    }

    @Test
    void aRankThatIsInterruptedWithinARoundEndsTheRun() throws Exception {
        RunPlan plan = averaging(plans(64).plan(), 64);
        List<String> ends = RankThreads.run(3, collective -> {
            int rank = collective.rank();
            Replica replica = rank == 1 ? new Interrupting() : new LinearReplica(FEATURES, 0);
            RankData data = new RankData(Feeding.owned(plan, rank), VALIDATION, ArrayExamples.NONE);
            try {
                new StepLoop(plan, data, replica, collective, List.of(), TrainingListener.NONE).run();
                return "ran";
            } catch (CollectiveException | InterruptedException e) {
                return String.valueOf(e.getMessage());
            }
        });

        assertThat(ends.get(1)).isEqualTo("run " + plan.runId() + " was stopped at step 1");
        assertThat(ends.get(0)).startsWith("rank 1 closed the connection");
        assertThat(ends.get(2)).startsWith("rank 1 closed the connection");
    }

    /** Interrupts its rank while that computes. */
    private static final class Interrupting extends ForwardingReplica {
        Interrupting() {
            super(new LinearReplica(FEATURES, 0));
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            Thread.currentThread().interrupt();
            return super.gradient(batch, weight, add, into);
        }
    }
}
