package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.nn.Oracle.Noise;
import io.batchscope.plan.Regularization;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RegularizedPlan;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.Replica;
import io.batchscope.train.Replica.Range;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;

/** Ghost batch normalization (Hoffer et al. 2017, algorithm 1): parts of a batch normalized each by itself. */
class GhostBatchTest {
    private static final int EXAMPLES = 96;
    private static final int BATCH = 24;
    private static final int GHOST = 8;
    private static final int GHOSTS = BATCH / GHOST;
    private static final int FEATURES = 6;
    private static final double DECAY = 0.8;

    private static final Oracle DEEP = rows(
            "deep",
            FEATURES,
            GHOST,
            new DenseLayer.Builder().nOut(9).activation(Activation.IDENTITY).build(),
            new BatchNormalization(),
            new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build());

    /** The data itself is what is normalized, so that its statistics are known. */
    private static final Oracle SHALLOW = rows(
            "shallow",
            FEATURES,
            GHOST,
            new BatchNormalization.Builder().decay(DECAY).build());

    private static RunPlan plan(int workers, long steps, Regularization regularization) {
        return RegularizedPlan.of(
                RunPlans.sgd(Task.CLASSIFICATION, EXAMPLES, BATCH, steps, 0.1)
                        .withWorkers(workers)
                        .withMicroBatch(BATCH)
                        .plan(),
                regularization);
    }

    private static RunPlan ghosts(long steps) {
        return plan(1, steps, new Regularization(0, GHOST));
    }

    /**
     * One worker with ghost batches of g examples is B/g workers with g each, if they see the same ones: examples are moved
     * to where the one worker finds in its ghost batches what the others have in their shares.
     */
    @ParameterizedTest
    @EnumSource(ReplicaKind.class)
    void oneWorkerWithGhostBatchesIsAsManyWorkersWithoutThem(ReplicaKind kind) throws Exception {
        long steps = EXAMPLES / BATCH;
        Examples data = new Numbered(new Noise(EXAMPLES, FEATURES, CLASSES), i -> i);
        List<List<int[]>> shares = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<TrainedRun> ranks = RankThreads.train(
                plan(GHOSTS, steps, Regularization.NONE),
                data,
                rank -> new Recorder(DEEP.replicas(kind).create(1, BATCH), shares.get(rank)));
        List<int[]> whole = new ArrayList<>();
        RankThreads.train(
                ghosts(steps), data, rank -> new Recorder(DEEP.replicas(kind).create(1, GHOST), whole));
        int[] moved = new int[EXAMPLES];
        for (int i = 0; i < whole.size(); i++) {
            int[] ghost = whole.get(i);
            int[] share = shares.get(i % GHOSTS).get(i / GHOSTS);
            assertThat(ghost).hasSameSizeAs(share).hasSize(GHOST);
            for (int row = 0; row < GHOST; row++) {
                moved[ghost[row]] = share[row];
            }
        }
        Examples rearranged = new Numbered(new Noise(EXAMPLES, FEATURES, CLASSES), i -> moved[i]);

        float[] alone = trained(kind, ghosts(steps), rearranged);

        float[] together = TrainedParameters.of(ranks.get(0));
        assertThat(TrainedParameters.relativeDistance(alone, together)).isLessThanOrEqualTo(1e-5);
        float[] unghosted = trained(kind, plan(1, steps, Regularization.NONE), rearranged);
        assertThat(TrainedParameters.relativeDistance(unghosted, together)).isGreaterThan(1e-3);
    }

    private static float[] trained(ReplicaKind kind, RunPlan plan, Examples data) throws Exception {
        return TrainedParameters.of(
                RankThreads.train(plan, data, rank -> DEEP.replicas(kind).create(1, plan.microBatch()))
                        .get(0));
    }

    /**
     * One step of the running averages per update, to the mean over the ghost batches of where each alone would take them.
     * Deeplearning4j keeps log₁₀ σ and not the variance.
     */
    @ParameterizedTest
    @EnumSource(ReplicaKind.class)
    void runningStatisticsTakeOneStepAnUpdateForAllGhostBatches(ReplicaKind kind) throws Exception {
        int steps = 3;
        Noise noise = new Noise(EXAMPLES, FEATURES, CLASSES);
        List<int[]> seen = new ArrayList<>();
        float[] trained = TrainedParameters.of(RankThreads.train(
                        ghosts(steps),
                        new Numbered(noise, i -> i),
                        rank -> new Recorder(SHALLOW.replicas(kind).create(1, GHOST), seen))
                .get(0));
        assertThat(seen).hasSize(steps * GHOSTS).allSatisfy(ghost -> assertThat(ghost)
                .hasSize(GHOST));
        double[] mean = new double[FEATURES];
        double[] logDeviation = new double[FEATURES];
        for (int step = 0; step < steps; step++) {
            List<int[]> ghosts = seen.subList(step * GHOSTS, (step + 1) * GHOSTS);
            for (int feature = 0; feature < FEATURES; feature++) {
                mean[feature] = nextMean(mean[feature], noise, ghosts, feature);
                logDeviation[feature] = nextLogDeviation(logDeviation[feature], noise, ghosts, feature);
            }
        }
        List<Range> held = SHALLOW.program().heldParameters().stream()
                .sorted(Comparator.comparingInt(Range::from))
                .toList();
        assertThat(held).hasSize(2);
        assertClose(trained, held.get(0), mean);
        assertClose(trained, held.get(1), logDeviation);
    }

    private static double nextMean(double now, Noise noise, List<int[]> ghosts, int feature) {
        return ghosts.stream()
                .mapToDouble(ghost -> DECAY * now + (1 - DECAY) * moment(noise, ghost, feature, 0, 1))
                .average()
                .orElseThrow();
    }

    private static double nextLogDeviation(double now, Noise noise, List<int[]> ghosts, int feature) {
        return ghosts.stream()
                .mapToDouble(ghost -> {
                    double variance = moment(noise, ghost, feature, moment(noise, ghost, feature, 0, 1), 2);
                    return Math.log10(DECAY * Math.pow(10, 2 * now) + (1 - DECAY) * variance) / 2;
                })
                .average()
                .orElseThrow();
    }

    private static double moment(Noise noise, int[] examples, int feature, double center, int power) {
        float[] features = new float[FEATURES];
        double sum = 0;
        for (int example : examples) {
            noise.copyFeatures(example, features, 0);
            sum += Math.pow(features[feature] - center, power);
        }
        return sum / examples.length;
    }

    private static void assertClose(float[] actual, Range range, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[range.from() + i]).isCloseTo(expected[i], within(1e-5));
        }
    }

    /** Keeps the numbers of the examples of every micro-batch. */
    private static final class Recorder extends ForwardingReplica {
        private final List<int[]> seen;

        Recorder(Replica replica, List<int[]> seen) {
            super(replica);
            this.seen = seen;
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            int[] numbers = new int[batch.size()];
            for (int row = 0; row < numbers.length; row++) {
                numbers[row] = (int) batch.targets()[row];
            }
            seen.add(numbers);
            return super.gradient(batch, weight, add, into);
        }
    }

    /**
     * Examples with their numbers as targets, which a classification does not look at.
     *
     * @param moved which example stands in an example's place
     */
    private record Numbered(Examples examples, IntUnaryOperator moved) implements Examples {
        private int at(int index) {
            return moved.applyAsInt(index);
        }

        @Override
        public int size() {
            return examples.size();
        }

        @Override
        public int featureCount() {
            return examples.featureCount();
        }

        @Override
        public void copyFeatures(int index, float[] into, int offset) {
            examples.copyFeatures(at(index), into, offset);
        }

        @Override
        public int classOf(int index) {
            return examples.classOf(at(index));
        }

        @Override
        public float targetOf(int index) {
            return index;
        }
    }
}
