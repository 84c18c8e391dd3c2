package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.batchscope.data.Batch;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import io.batchscope.plan.Synchronization.GradientSharing;
import io.batchscope.plan.Synchronization.Threshold;
import io.batchscope.plan.Task;
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
import io.batchscope.train.CheckpointedRanks.Events;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose workers share gradients beyond a threshold. */
class GradientSharingTest {
    private static final int EXAMPLES = Feeding.EXAMPLES;
    private static final int FEATURES = Feeding.FEATURES;
    private static final float HELD_CHANGE = 0.25f;
    private static final double NEVER = Double.POSITIVE_INFINITY;
    private static final ArrayExamples VALIDATION = ArrayExamples.linear(31, FEATURES, 2);

    private static GradientSharing fixed(double threshold) {
        return new GradientSharing(new Threshold.Fixed(threshold), NEVER, 1);
    }

    private static RunPlans plans(long batchSize, long steps, double rate) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, steps, rate);
    }

    private static OptimizerConfig optimizer(OptimizerConfig.Name name, double momentum) {
        return new OptimizerConfig(name, momentum, 1e-3, 0.9, 0.99, 0.01);
    }

    private static List<TrainedRun> run(RunPlan plan, Synchronization synchronization) throws Exception {
        return run(plan, synchronization, rank -> new LinearReplica(FEATURES, HELD_CHANGE));
    }

    private static List<TrainedRun> run(RunPlan plan, Synchronization synchronization, IntFunction<Replica> replicas)
            throws Exception {
        return RankThreads.train(SynchronizedPlan.of(plan, synchronization), Feeding.TRAIN, VALIDATION, replicas);
    }

    private static float[] agreed(List<TrainedRun> ranks) {
        float[] first = TrainedParameters.of(ranks.get(0));
        assertThat(ranks)
                .allSatisfy(rank -> assertThat(TrainedParameters.of(rank)).isEqualTo(first));
        return first;
    }

    @ParameterizedTest
    @CsvSource({
        "SGD, 0, 1, 17",
        "SGD, 0.9, 2, 17",
        "SGD, 0.9, 3, 103",
        "NESTEROV, 0.9, 2, 103",
        "NESTEROV, 0.9, 3, 2",
        "ADAM, 0, 1, 17",
        "ADAM, 0, 2, 17",
        "ADAM, 0, 3, 17"
    })
    void aThresholdOfNothingIsTheExactMode(OptimizerConfig.Name name, double momentum, int workers, long batchSize)
            throws Exception {
        RunPlan plan = plans(batchSize, 50, 0.02)
                .withOptimizer(optimizer(name, momentum))
                .withWorkers(workers)
                .plan();
        List<TrainedRun> exact = run(plan, new Synchronization.Synchronous());
        List<TrainedRun> shared = run(plan, fixed(0));
        assertThat(TrainedParameters.relativeDistance(agreed(shared), agreed(exact)))
                .isLessThan(1e-5);
        assertThat(shared.get(0).stepRows()).hasSize(50).allSatisfy(row -> {
            StepRecord expected = exact.get(0).stepRows().get((int) row.step() - 1);
            assertThat(row.loss()).isCloseTo(expected.loss(), withinPercentage(0.1));
            assertThat(row.sparsity()).isZero();
            assertThat(row.threshold()).isZero();
        });
    }

    @ParameterizedTest
    @CsvSource({"1, 17", "2, 17", "3, 103", "4, 2", "3, 1"})
    void ranksHoldTheSameBits(int workers, long batchSize) throws Exception {
        RunPlan plan = plans(batchSize, 60, 0.02)
                .withOptimizer(optimizer(OptimizerConfig.Name.NESTEROV, 0.9))
                .withWorkers(workers)
                .plan();
        List<TrainedRun> ranks = run(plan, fixed(0.3));
        assertThat(agreed(run(plan, fixed(0.3)))).as("repeats").isEqualTo(agreed(ranks));
        for (StepRecord row : ranks.get(0).stepRows()) {
            assertThat(row.threshold()).isEqualTo(0.3);
            assertThat(row.sparsity()).isBetween(0., 1.);
            assertThat(row.gradientNorm()).isNotNegative();
        }
        assertThat(ranks.get(0).stepRows())
                .extracting(StepRecord::sparsity)
                .anyMatch(sparsity -> sparsity > 0)
                .anyMatch(sparsity -> sparsity < 1);
    }

    @Test
    void heldParametersFollowExactly() throws Exception {
        float[] trained = agreed(run(plans(10, 8, 0.01).withWorkers(3).plan(), fixed(1e6)));
        assertThat(trained[FEATURES]).isCloseTo(-8 * HELD_CHANGE, within(1e-5f));
        for (int i = 0; i < FEATURES; i++) {
            assertThat(trained[i]).isZero();
        }
    }

    /** Distance from the optimum (1, −2, 3). */
    private static double error(float[] trained) {
        double sum = 0;
        for (int i = 0; i < FEATURES; i++) {
            double best = i % 2 == 0 ? i + 1 : -i - 1;
            sum += Math.pow(trained[i] - best, 2);
        }
        return Math.sqrt(sum);
    }

    /** Without a residual, elements below the threshold are never sent, and training ends where all of them are. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theResidualLeadsToTheOptimumAsIsNothingElse(int workers) throws Exception {
        RunPlan plan = plans(EXAMPLES, 400, 0.1).withWorkers(workers).plan();
        Threshold threshold = new Threshold.Fixed(0.3);
        double with = error(agreed(run(plan, new GradientSharing(threshold, NEVER, 1))));
        double without = error(agreed(run(plan, new GradientSharing(threshold, 0, 1))));
        assertThat(with).isLessThan(0.15);
        assertThat(without).isGreaterThan(3 * with).isGreaterThan(0.3);
    }

    /** Gradients here are of the size of 1. */
    @ParameterizedTest
    @CsvSource({"1e-12, 1", "1e12, 1", "1e-12, 3", "1e12, 3"})
    void aFirstThresholdThatIsFarOffDoesNotHoldTrainingUp(double initial, int workers) throws Exception {
        RunPlan plan = plans(EXAMPLES, 60, 0.2).withWorkers(workers).plan();
        for (Threshold threshold : List.of(
                new Threshold.Adaptive(initial, 0.3, 0.7, 1.2), new Threshold.TargetSparsity(initial, 0.5, 2))) {
            List<TrainedRun> ranks = run(plan, new GradientSharing(threshold, NEVER, 1));
            assertThat(error(agreed(ranks))).as("%s", threshold).isLessThan(0.3);
            assertThat(ranks.get(0).stepRows().get(0).threshold()).isBetween(0.05, 5.);
        }
    }

    @Test
    void aFixedThresholdFarAboveTheGradientOnlyWaits() throws Exception {
        // The largest elements are 0.6 to 2: they reach 30 in some dozens of updates.
        List<StepRecord> rows = run(plans(EXAMPLES, 200, 0.01).withWorkers(2).plan(), fixed(30))
                .get(0)
                .stepRows();
        assertThat(rows.subList(0, 15)).extracting(StepRecord::sparsity).containsOnly(1.0);
        assertThat(rows.get(199).loss()).isLessThan(0.2 * rows.get(0).loss());
    }

    /** Puts something into a gradient of a rank. */
    private static final class Spoilt extends ForwardingReplica {
        private final float value;
        private final int call;
        private final int element;
        private int calls;

        Spoilt(int call, int element, float value) {
            super(new LinearReplica(FEATURES, HELD_CHANGE));
            this.call = call;
            this.element = element;
            this.value = value;
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            double loss = super.gradient(batch, weight, add, into);
            calls++;
            if (calls == call) {
                into[element] = value;
            }
            return loss;
        }
    }

    @ParameterizedTest
    @CsvSource({"0, NaN", "2, Infinity", "1, -Infinity", "3, NaN"})
    void aGradientThatIsNotFiniteEndsTheRunOnAllRanks(int element, float value) throws Exception {
        // Twelve examples a batch, so of three ranks each has one micro-batch of four an update.
        RunPlan plan = plans(12, 20, 0.01).withWorkers(3).plan();
        List<TrainedRun> ranks = run(
                plan,
                fixed(0.1),
                rank -> rank == 1 ? new Spoilt(5, element, value) : new LinearReplica(FEATURES, HELD_CHANGE));
        assertThat(ranks).hasSize(3).allSatisfy(rank -> {
            assertThat(rank.outcome()).isEqualTo(new Outcome.Diverged(5, Double.NaN));
            assertThat(rank.steps()).isEqualTo(4);
            for (float parameter : TrainedParameters.of(rank)) {
                assertThat(parameter).isFinite();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 3", "3, 2"})
    void theEndDoesNotDependOnWhereItWasKilled(int workers, long everySteps) throws Exception {
        CheckpointedRanks ranks = new CheckpointedRanks(() -> new LinearReplica(FEATURES, HELD_CHANGE), VALIDATION);
        RunPlan plan = plans(17, 24, 0.02)
                .withOptimizer(optimizer(OptimizerConfig.Name.NESTEROV, 0.9))
                .withWorkers(workers)
                .plan();
        GradientSharing sharing = new GradientSharing(new Threshold.Adaptive(1e-3, 0.3, 0.6, 1.3), 2, 3);
        RunPlan checkpointed = CheckpointedPlan.of(SynchronizedPlan.of(plan, sharing), everySteps, 0);
        Events events = new Events(0);
        List<TrainedRun> whole = ranks.train(checkpointed, CheckpointStore.NONE, events);
        assertThat(whole.get(0).stepRows())
                .hasSize(24)
                .extracting(StepRecord::threshold)
                .anyMatch(threshold -> threshold > 0.6)
                .anyMatch(threshold -> threshold < 0.3);
        for (int moment = 2; moment <= events.count(); moment += 5) {
            MemoryCheckpoints store = new MemoryCheckpoints();
            assertThat(ranks.survives(checkpointed, store, new Events(moment))).isFalse();
            List<TrainedRun> resumed = ranks.train(checkpointed, store, TrainingListener.NONE);
            assertThat(agreed(resumed)).as("killed at event %d", moment).isEqualTo(agreed(whole));
            assertThat(resumed.get(0).bytesSent()).isEqualTo(whole.get(0).bytesSent());
            assertThat(facts(resumed)).isEqualTo(facts(whole));
        }
    }

    private static List<String> facts(List<TrainedRun> ranks) {
        return ranks.get(0).stepRows().stream()
                .map(row -> row.step() + " " + row.loss() + " " + row.gradientNorm() + " " + row.sparsity() + " "
                        + row.threshold() + " " + row.bytesSent())
                .toList();
    }

    @Test
    void secondsStopTheRunOnAllRanks() throws Exception {
        List<TrainedRun> ranks =
                run(plans(10, 500, 0.01).withWorkers(3).withSecondsLimit(0).plan(), fixed(0.1));
        assertThat(ranks).allSatisfy(rank -> {
            assertThat(rank.outcome()).isInstanceOf(Outcome.BudgetExhausted.class);
            assertThat(rank.steps()).isEqualTo(2);
        });
    }
}
