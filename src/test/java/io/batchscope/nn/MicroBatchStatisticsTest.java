package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.images;
import static io.batchscope.nn.OracleNetworks.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.Batch;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.nn.Oracle.Noise;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/**
 * Batch normalization takes its statistics over a micro-batch (Goyal et al. 2017, section 3, keep its size constant for
 * this reason). So the result depends on which examples share one, and on nothing
 * else of how a batch is spread.
 */
class MicroBatchStatisticsTest {
    private static final int EXAMPLES = 96;
    private static final int BATCH = 24;
    private static final int WORKERS = 3;
    private static final int STEPS = 30;

    private record Case(Oracle model, ReplicaKind replica) {
        List<TrainedRun> train(int workers, int microBatch, UnaryOperator<Replica> change) throws Exception {
            OptimizerConfig nesterov = new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 1e-3, 0.9, 0.999, 1e-8);
            RunPlan plan = RunPlans.sgd(Task.CLASSIFICATION, EXAMPLES, BATCH, STEPS, 0.01)
                    .withOptimizer(nesterov)
                    .withWorkers(workers)
                    .withMicroBatch(microBatch)
                    .plan();
            ReplicaFactory replicas = model.replicas(replica);
            return RankThreads.train(plan, examples(), rank -> change.apply(replicas.create(1, microBatch)));
        }

        Examples examples() {
            int features = model.shape().stream().reduce(1, Math::multiplyExact);
            return new Numbered(new Noise(EXAMPLES, features, CLASSES));
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                        rows("rows", 6, 1, dense(9), new BatchNormalization(), dense(5)),
                        images("images", 2, 6, 5, 1, convolution(4), new BatchNormalization(), dense(5)))
                .flatMap(model -> Arrays.stream(ReplicaKind.values()).map(kind -> new Case(model, kind)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameMicroBatchesGiveTheSameOnAnyNumberOfWorkers(Case given) throws Exception {
        List<TrainedRun> ranks = given.train(WORKERS, BATCH, replica -> replica);
        float[] together = TrainedParameters.of(ranks.get(0));
        float[] alone = TrainedParameters.of(given.train(1, BATCH, replica -> new InShares(replica, given.examples()))
                .get(0));
        assertThat(TrainedParameters.relativeDistance(together, alone)).isLessThanOrEqualTo(1e-5);
        assertThat(ranks)
                .as("parameters and running statistics are bit-identical")
                .allSatisfy(rank -> assertThat(TrainedParameters.of(rank)).isEqualTo(together));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void runningStatisticsFollowTheData(Case given) throws Exception {
        float[] trained = TrainedParameters.of(
                given.train(WORKERS, BATCH, replica -> replica).get(0));
        float[] start = new NetworkStart(given.model().source()).of(1);
        List<Replica.Range> held = given.model().program().heldParameters();
        assertThat(held).hasSize(2);
        assertThat(held).allSatisfy(range -> assertThat(Arrays.copyOfRange(trained, range.from(), range.to()))
                .isNotEqualTo(Arrays.copyOfRange(start, range.from(), range.to())));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anotherMicroBatchGivesAnotherResult(Case given) throws Exception {
        float[] whole =
                TrainedParameters.of(given.train(1, BATCH, replica -> replica).get(0));
        float[] parts = TrainedParameters.of(
                given.train(1, BATCH / 3, replica -> replica).get(0));
        float[] shares = TrainedParameters.of(
                given.train(WORKERS, BATCH, replica -> replica).get(0));
        assertThat(TrainedParameters.relativeDistance(parts, whole)).isGreaterThan(1e-3);
        assertThat(TrainedParameters.relativeDistance(shares, whole)).isGreaterThan(1e-3);
    }

    /** Takes a whole batch as several workers would: the examples of one worker after those of another. */
    private static final class InShares extends ForwardingReplica {
        private final EpochOrder order = new EpochOrder(EXAMPLES, 12, 7);
        private final Examples examples;

        InShares(Replica replica, Examples examples) {
            super(replica);
            this.examples = examples;
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            double lossSum = 0;
            for (int worker = 0; worker < WORKERS; worker++) {
                int owner = worker;
                int[] share = IntStream.range(0, batch.size())
                        .map(row -> (int) batch.targets()[row])
                        .filter(number -> order.ownerOf(number, WORKERS) == owner)
                        .toArray();
                Batch part = new Batch(share.length, batch.featureCount());
                part.fill(examples, share, 0, share.length);
                lossSum += super.gradient(part, weight, add || worker > 0, into);
            }
            return lossSum;
        }
    }

    /** Examples with their numbers as targets, which a classification does not look at. */
    private record Numbered(Examples examples) implements Examples {
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
            examples.copyFeatures(index, into, offset);
        }

        @Override
        public int classOf(int index) {
            return examples.classOf(index);
        }

        @Override
        public float targetOf(int index) {
            return index;
        }
    }

    private static DenseLayer dense(int width) {
        return new DenseLayer.Builder().nOut(width).activation(Activation.TANH).build();
    }

    private static ConvolutionLayer convolution(int channels) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(channels)
                .activation(Activation.IDENTITY)
                .build();
    }
}
