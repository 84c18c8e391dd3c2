package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepLoopTest {
    private static final int EXAMPLES = 103;
    private static final int FEATURES = 3;
    private static final float HELD_CHANGE = 0.25f;
    private static final ArrayExamples TRAIN = ArrayExamples.linear(EXAMPLES, FEATURES, 1);
    private static final ArrayExamples VALIDATION = ArrayExamples.linear(31, FEATURES, 2);

    @ParameterizedTest
    @CsvSource({"1, 103", "2, 103", "3, 103", "4, 103", "5, 103", "2, 17", "3, 17", "4, 17", "2, 2", "3, 1", "4, 50"})
    void workersTogetherTakeTheStepsOfOne(int workers, long batchSize) throws Exception {
        OptimizerConfig nesterov = new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 1e-3, 0.9, 0.999, 1e-8);
        RunPlans plans =
                RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, 50, 0.02).withOptimizer(nesterov);
        List<TrainedRun> together = run(plans.withWorkers(workers).plan());
        float[] alone = TrainedParameters.of(run(plans.plan()).get(0));
        for (TrainedRun rank : together) {
            assertThat(TrainedParameters.of(rank))
                    .as("ranks are bit-identical")
                    .isEqualTo(TrainedParameters.of(together.get(0)));
        }
        assertThat(TrainedParameters.relativeDistance(TrainedParameters.of(together.get(0)), alone))
                .isLessThan(1e-5);
        assertThat(losses(together.get(0).stepRows())).hasSize(50);
    }

    @Test
    void fullBatchDescentFollowsItsClosedForm() throws Exception {
        RunPlan plan =
                RunPlans.sgd(Task.REGRESSION, EXAMPLES, EXAMPLES, 40, 0.3).plan();
        double[] w = new double[FEATURES];
        for (int step = 0; step < 40; step++) {
            double[] mean = new double[FEATURES];
            for (int row = 0; row < EXAMPLES; row++) {
                float[] x = TRAIN.features().get(row);
                double residual = -TRAIN.targets().get(row);
                for (int i = 0; i < FEATURES; i++) {
                    residual += w[i] * x[i];
                }
                for (int i = 0; i < FEATURES; i++) {
                    mean[i] += 2 * residual * x[i] / EXAMPLES;
                }
            }
            for (int i = 0; i < FEATURES; i++) {
                w[i] -= 0.3 * mean[i];
            }
        }
        float[] trained = TrainedParameters.of(run(plan).get(0));
        for (int i = 0; i < FEATURES; i++) {
            assertThat((double) trained[i]).isCloseTo(w[i], within(1e-5));
        }
    }

    @Test
    void heldParametersAreLoweredByTheirMeanChangeOnly() throws Exception {
        OptimizerConfig decaying = new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 0.5, 0.9, 0.999, 1e-8);
        RunPlans plans = RunPlans.sgd(Task.REGRESSION, EXAMPLES, 10, 8, 0.01).withOptimizer(decaying);
        assertThat(TrainedParameters.of(run(plans.withWorkers(3).plan()).get(0))[FEATURES])
                .isCloseTo(-8 * HELD_CHANGE, within(1e-5f));
    }

    @Test
    void rowsTellStepsEpochsAndRates() throws Exception {
        TrainedRun run = run(RunPlans.sgd(Task.REGRESSION, EXAMPLES, 50, 7, 0.1)
                        .withStepRowEvery(3)
                        .plan())
                .get(0);
        assertThat(run.outcome()).isEqualTo(new Outcome.Completed());
        assertThat(run.steps()).isEqualTo(7);
        assertThat(run.stepRows()).extracting(StepRecord::step).containsExactly(1L, 4L, 7L);
        // Epochs of 103 fall into batches of 50, 50 and 3.
        assertThat(run.stepRows()).extracting(StepRecord::examples).containsExactly(50L, 153L, 256L);
        assertThat(run.stepRows()).extracting(StepRecord::learningRate).containsOnly(0.1);
        assertThat(run.evalRows())
                .extracting(row -> row.step() + " " + row.split())
                .containsExactly("0 validation", "7 validation", "7 train");
        assertThat(run.evalRows()).extracting(EvalRecord::accuracy).containsOnlyNulls();
    }

    @Test
    void divergenceIsAnOutcomeWithItsStep() throws Exception {
        TrainedRun run = run(RunPlans.sgd(Task.REGRESSION, EXAMPLES, EXAMPLES, 500, 5)
                        .withWorkers(2)
                        .plan())
                .get(0);
        assertThat(run.outcome()).isInstanceOf(Outcome.Diverged.class);
        Outcome.Diverged diverged = (Outcome.Diverged) run.outcome();
        assertThat(run.steps()).isEqualTo(diverged.step() - 1);
        double initial = run.evalRows().get(0).loss();
        assertThat(diverged.loss()).isGreaterThan(100 * initial);
        assertThat(run.evalRows()).extracting(EvalRecord::split).doesNotContain("train", "test");
    }

    @Test
    void targetIsReachedAtTheFirstEvaluationStrictlyPastIt() throws Exception {
        RunPlans plans = RunPlans.sgd(Task.REGRESSION, EXAMPLES, EXAMPLES, 60, 0.3);
        List<EvalRecord> path = run(plans.plan()).get(0).evalRows();
        EvalRecord third = path.get(2);
        assertThat(third.step()).isEqualTo(20);
        TrainedRun equal = run(plans.withTarget(new Target(Target.Metric.VALIDATION_LOSS, third.loss(), true))
                        .plan())
                .get(0);
        assertThat(equal.outcome()).isEqualTo(new Outcome.ReachedTarget(30));
        Target above = new Target(Target.Metric.VALIDATION_LOSS, Math.nextUp(third.loss()), false);
        TrainedRun goesOn = run(plans.withTarget(above).plan()).get(0);
        assertThat(goesOn.outcome()).isEqualTo(new Outcome.Completed());
        assertThat(goesOn.stepsToTarget()).isEqualTo(20);
        assertThat(goesOn.steps()).isEqualTo(60);
    }

    @Test
    void secondsStopTheRunOnAllRanks() throws Exception {
        List<TrainedRun> ranks = run(RunPlans.sgd(Task.REGRESSION, EXAMPLES, 10, 500, 0.01)
                .withWorkers(3)
                .withSecondsLimit(0)
                .plan());
        // The first update has used no time yet when the vote is taken; the second has.
        assertThat(ranks).allSatisfy(rank -> {
            assertThat(rank.outcome()).isInstanceOf(Outcome.BudgetExhausted.class);
            assertThat(rank.steps()).isEqualTo(2);
        });
        assertThat(ranks.get(0).evalRows()).extracting(EvalRecord::split).contains("train");
    }

    @Test
    void repeatsToTheBit() throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, EXAMPLES, 8, 50, 0.05)
                .withWorkers(3)
                .plan();
        TrainedRun first = run(plan).get(0);
        TrainedRun second = run(plan).get(0);
        assertThat(TrainedParameters.of(second)).isEqualTo(TrainedParameters.of(first));
        assertThat(losses(second.stepRows())).isEqualTo(losses(first.stepRows()));
    }

    @Test
    void ranksThatStartApartTakeTheParametersOfTheFirst() throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, EXAMPLES, 8, 20, 0.05)
                .withWorkers(3)
                .plan();
        List<TrainedRun> apart = run(plan, rank -> {
            LinearReplica replica = new LinearReplica(FEATURES, HELD_CHANGE);
            replica.writeParameters(new float[] {rank, rank, -rank, 0});
            return replica;
        });
        float[] expected = TrainedParameters.of(run(plan).get(0));
        assertThat(apart)
                .allSatisfy(rank -> assertThat(TrainedParameters.of(rank)).isEqualTo(expected));
    }

    private static List<TrainedRun> run(RunPlan plan) throws Exception {
        return run(plan, rank -> new LinearReplica(FEATURES, HELD_CHANGE));
    }

    private static List<TrainedRun> run(RunPlan plan, IntFunction<Replica> replicas) throws Exception {
        return RankThreads.train(plan, TRAIN, VALIDATION, replicas);
    }

    private static List<Double> losses(List<StepRecord> rows) {
        return rows.stream().map(StepRecord::loss).toList();
    }
}
