package io.batchscope.train;

import static io.batchscope.train.CheckpointedRanks.NOTHING;
import static io.batchscope.train.Feeding.EXAMPLES;
import static io.batchscope.train.Feeding.FEATURES;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.Measures;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.ParameterAveraging;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.ReferenceReplica;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.SynchronizedPlan;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.CheckpointedRanks.Events;
import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Operation.Dropout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was killed and goes on from its last checkpoint ends as one that never was. */
class ResumeTest {
    private static final ArrayExamples VALIDATION = ArrayExamples.linear(31, FEATURES, 2);
    private static final CheckpointedRanks LINEAR =
            new CheckpointedRanks(() -> new LinearReplica(FEATURES, 0.25f), VALIDATION);

    /** Dropout, batch normalization with held statistics, and a rectifier between two dense layers. */
    private static final Program PROGRAM = new Program(
            List.of(FEATURES),
            List.of(
                    new Dropout(0, 0.7),
                    new Dense(1, FEATURES, 4, 0, 12),
                    new BatchNormalization(2, 4, 1e-5f, 0.9f, 16, 20, 1, 0, 24, 28, false),
                    new Activation(3, ActivationFunction.RECTIFIER),
                    new Dense(4, 4, 1, 32, 36)),
            new Program.Loss.MeanSquaredError(),
            37);

    private static RunPlans plans(long batchSize, long steps) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, steps, 0.02);
    }

    private static Replica random() {
        ReferenceReplica replica = new ReferenceReplica(PROGRAM);
        float[] start = new float[PROGRAM.parameterCount()];
        for (int i = 0; i < start.length; i++) {
            start[i] = (i * 37 % 19 - 9) / 10f;
        }
        java.util.Arrays.fill(start, 16, 20, 1);
        java.util.Arrays.fill(start, 24, 28, 0);
        java.util.Arrays.fill(start, 28, 32, 1);
        replica.writeParameters(start);
        return replica;
    }

    /** Kills a run at each of its moments, lets it go on, and compares the end with an undisturbed one. */
    static void killEverywhere(CheckpointedRanks ranks, RunPlan plan) throws Exception {
        Events events = new Events(0);
        List<TrainedRun> whole = ranks.train(plan, CheckpointStore.NONE, events);
        assertThat(events.count()).isGreaterThan(plan.plannedSteps() > 5 ? 10 : 1);
        for (int moment = 1; moment <= events.count(); moment++) {
            MemoryCheckpoints store = new MemoryCheckpoints();
            assertThat(ranks.survives(plan, store, new Events(moment))).isFalse();
            assertSame(ranks.train(plan, store, TrainingListener.NONE), whole, "killed at event " + moment);
        }
    }

    private static void assertSame(List<TrainedRun> resumed, List<TrainedRun> whole, String when) {
        for (int rank = 0; rank < whole.size(); rank++) {
            TrainedRun expected = whole.get(rank);
            assertThat(TrainedParameters.of(resumed.get(rank)))
                    .as("%s, rank %d", when, rank)
                    .isEqualTo(TrainedParameters.of(expected));
            assertThat(resumed.get(rank).outcome()).isEqualTo(expected.outcome());
            assertThat(resumed.get(rank).steps()).isEqualTo(expected.steps());
            assertThat(resumed.get(rank).stepsToTarget()).isEqualTo(expected.stepsToTarget());
        }
        assertThat(rows(resumed.get(0))).as(when).isEqualTo(rows(whole.get(0)));
    }

    /** Everything but times. */
    private static List<String> rows(TrainedRun run) {
        List<String> rows = new ArrayList<>();
        run.stepRows()
                .forEach(row -> rows.add(row.runId() + " step " + row.step() + " " + row.epoch() + " " + row.examples()
                        + " " + row.learningRate() + " " + row.loss() + " " + row.gradientNorm() + " " + row.gain()
                        + " " + row.noiseScale() + " " + row.measures() + " "
                        + row.updateExamples()));
        run.evalRows()
                .forEach(row -> rows.add(row.runId() + " eval " + row.step() + " " + row.epoch() + " " + row.examples()
                        + " " + row.split() + " " + row.loss() + " " + row.accuracy()));
        return rows;
    }

    @ParameterizedTest
    @CsvSource({
        "SGD, 0, 1, 1",
        "SGD, 0.9, 1, 3",
        "NESTEROV, 0.9, 1, 1",
        "NESTEROV, 0.9, 3, 4",
        "ADAM, 0, 1, 5",
        "ADAM, 0, 3, 1",
        "ADAMW, 0, 3, 3",
        "LARS, 0.9, 1, 4",
        "LARS, 0.9, 3, 1",
        "LAMB, 0, 3, 4"
    })
    void theEndDoesNotDependOnWhereItWasKilled(OptimizerConfig.Name name, double momentum, int workers, long everySteps)
            throws Exception {
        OptimizerConfig optimizer = new OptimizerConfig(name, momentum, 1e-3, 0.9, 0.99, 1e-8);
        // Epochs of 103 examples are seven updates, the last one of 1 example.
        RunPlan plan = plans(17, 24)
                .withOptimizer(optimizer)
                .withWorkers(workers)
                .withStepRowEvery(2)
                .withMeasures(new Measures(2, 4, 8))
                .plan();
        killEverywhere(LINEAR, CheckpointedPlan.of(plan, everySteps, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void dropoutAndNormalizationGoOnWhereTheyWere(int workers) throws Exception {
        OptimizerConfig adam = new OptimizerConfig(OptimizerConfig.Name.ADAM, 0, 0, 0.9, 0.99, 1e-8);
        RunPlan plan = plans(20, 13).withOptimizer(adam).withWorkers(workers).plan();
        killEverywhere(new CheckpointedRanks(ResumeTest::random, VALIDATION), CheckpointedPlan.of(plan, 2, 0));
    }

    /** Rounds of five updates; held statistics and both moments are averaged. */
    @Test
    void localUpdatesGoOnWhereTheRanksLastAgreed() throws Exception {
        OptimizerConfig adam = new OptimizerConfig(OptimizerConfig.Name.ADAM, 0, 0, 0.9, 0.99, 1e-8);
        RunPlan plan = SynchronizedPlan.of(
                plans(20, 13).withOptimizer(adam).withWorkers(3).plan(), new ParameterAveraging(5, 0));
        killEverywhere(new CheckpointedRanks(ResumeTest::random, VALIDATION), CheckpointedPlan.of(plan, 2, 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theTargetIsSeenAtTheSameUpdate(boolean stop) throws Exception {
        RunPlans plans = plans(EXAMPLES, 60).withWorkers(2);
        EvalRecord third = LINEAR.train(plans.plan(), CheckpointStore.NONE, TrainingListener.NONE)
                .get(0)
                .evalRows()
                .get(2);
        Target target = new Target(Target.Metric.VALIDATION_LOSS, Math.nextUp(third.loss()), stop);
        RunPlan plan = CheckpointedPlan.of(plans.withTarget(target).plan(), 7, 0);
        TrainedRun whole =
                LINEAR.train(plan, CheckpointStore.NONE, TrainingListener.NONE).get(0);
        assertThat(whole.outcome()).isEqualTo(stop ? new Outcome.ReachedTarget(20) : new Outcome.Completed());
        assertThat(whole.stepsToTarget()).isEqualTo(20);
        killEverywhere(LINEAR, plan);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void divergenceIsSeenAtTheSameUpdate(int workers) throws Exception {
        // Without validation examples the first losses are what later ones are compared with.
        CheckpointedRanks blind = new CheckpointedRanks(() -> new LinearReplica(FEATURES, 0), NOTHING);
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, EXAMPLES, 30, 500, 3.5)
                .withWorkers(workers)
                .plan();
        RunPlan checkpointed = CheckpointedPlan.of(plan, 1, 0);
        assertThat(blind.train(plan, CheckpointStore.NONE, TrainingListener.NONE)
                        .get(0)
                        .outcome())
                .isInstanceOf(Outcome.Diverged.class);
        killEverywhere(blind, checkpointed);
    }

    @Test
    void aRunThatIsKilledAgainAndAgainArrives() throws Exception {
        RunPlan plan = CheckpointedPlan.of(plans(17, 40).withWorkers(3).plan(), 1, 0);
        List<TrainedRun> whole = LINEAR.train(plan, CheckpointStore.NONE, TrainingListener.NONE);
        MemoryCheckpoints store = new MemoryCheckpoints();
        int lives = 1;
        while (!LINEAR.survives(plan, store, new Events(7))) {
            lives++;
            assertThat(lives).isLessThan(40);
        }
        assertThat(lives).isGreaterThan(5);
        // The last life wrote no checkpoint at the end, so its own can be repeated.
        assertSame(LINEAR.train(plan, store, TrainingListener.NONE), whole, "after " + lives + " lives");
    }

    @ParameterizedTest
    @CsvSource({"3, 1", "3, 2", "1, 4", "2, 3"})
    void anotherNumberOfWorkersTakesTheSameBatches(int before, int after) throws Exception {
        OptimizerConfig nesterov = new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 1e-3, 0.9, 0.999, 1e-8);
        RunPlans plans = plans(17, 50).withOptimizer(nesterov);
        RunPlan first = CheckpointedPlan.of(plans.withWorkers(before).plan(), 5, 0);
        RunPlan second = CheckpointedPlan.of(plans.withWorkers(after).plan(), 5, 0);
        assertThat(second.trainingId()).isEqualTo(first.trainingId());
        MemoryCheckpoints store = new MemoryCheckpoints();
        assertThat(LINEAR.survives(first, store, new Events(60))).isFalse();
        assertThat(store.files.lastKey()).isBetween(20L, 40L);
        TrainedRun resumed = LINEAR.train(second, store, TrainingListener.NONE).get(0);
        TrainedRun whole =
                LINEAR.train(first, CheckpointStore.NONE, TrainingListener.NONE).get(0);
        assertThat(TrainedParameters.relativeDistance(TrainedParameters.of(resumed), TrainedParameters.of(whole)))
                .isLessThan(1e-5);
        assertThat(resumed.stepRows()).hasSize(50).allSatisfy(row -> assertThat(row.runId())
                .isEqualTo(second.runId()));
        assertThat(resumed.stepRows())
                .extracting(row -> row.examples())
                .isEqualTo(whole.stepRows().stream().map(row -> row.examples()).toList());
    }

    @Test
    void trainingTimeCountsOn() throws Exception {
        RunPlan plan = CheckpointedPlan.of(plans(17, 30).plan(), 10, 0);
        MemoryCheckpoints store = new MemoryCheckpoints();
        LINEAR.train(plan, store, TrainingListener.NONE);
        Checkpoint last = store.latest(plan, FEATURES + 1).orElseThrow();
        assertThat(last.step()).isEqualTo(20);
        assertThat(last.times().totalNanos()).isPositive();
        TrainedRun resumed = LINEAR.train(plan, store, TrainingListener.NONE).get(0);
        assertThat(resumed.trainSeconds()).isGreaterThan(last.times().totalNanos() / 1e9);
        RunPlan spent = CheckpointedPlan.of(
                plans(17, 30).withSecondsLimit(last.times().totalNanos() / 2e9).plan(), 10, 0);
        assertThat(LINEAR.train(spent, store, TrainingListener.NONE).get(0).outcome())
                .isInstanceOfSatisfying(Outcome.BudgetExhausted.class, exhausted -> assertThat(exhausted.step())
                        .isEqualTo(21));
    }

    @Test
    void aCheckpointOfAnotherModelIsRefused() throws Exception {
        RunPlan plan = CheckpointedPlan.of(plans(17, 30).plan(), 10, 0);
        MemoryCheckpoints store = new MemoryCheckpoints();
        LINEAR.train(plan, store, TrainingListener.NONE);
        Checkpoint three = store.latest(plan, FEATURES + 1).orElseThrow();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> three.requireFits(plan, FEATURES, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must fit training " + plan.trainingId());
    }
}
