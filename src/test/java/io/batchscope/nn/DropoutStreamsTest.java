package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.Batch;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;

/**
 * Dropout through the loop: every micro-batch of every rank and update has masks of its own, and all of them follow from
 * the run's seed. All examples are alike here, so that gradients differ by their masks or not at all.
 */
class DropoutStreamsTest {
    private static final int EXAMPLES = 48;
    private static final int FEATURES = 6;
    private static final int WORKERS = 2;
    private static final int STEPS = 3;

    /** Two micro-batches a rank and update. */
    private static final int BATCH = 16;

    private static final ArrayExamples ALIKE = new ArrayExamples(
            Collections.nCopies(EXAMPLES, new float[] {1, -1, 0.5f, 2, -0.5f, 1}), Collections.nCopies(EXAMPLES, 0f));

    @ParameterizedTest
    @EnumSource
    void masksDifferByRankMicroBatchAndUpdate(ReplicaKind kind) throws Exception {
        List<Rank> dropping = train(network(0.5), kind, plan(0, 1));
        // At a rate of 0 the parameters stay, too.
        assertThat(gradients(dropping)).hasSize(WORKERS * STEPS * 2).doesNotHaveDuplicates();

        List<Rank> whole = train(network(1), kind, plan(0, 1));
        assertThat(gradients(whole).distinct()).as("without dropout").hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void theSameSeedRepeatsToTheBitAndAnotherDoesNot(ReplicaKind kind) throws Exception {
        List<Rank> first = train(network(0.5), kind, plan(0.1, 1));
        List<Rank> second = train(network(0.5), kind, plan(0.1, 1));
        List<Rank> other = train(network(0.5), kind, plan(0.1, 2));
        for (int rank = 0; rank < WORKERS; rank++) {
            assertThat(second.get(rank).gradients()).isEqualTo(first.get(rank).gradients());
            assertThat(second.get(rank).trained()).isEqualTo(first.get(rank).trained());
            assertThat(other.get(rank).gradients())
                    .doesNotContainAnyElementsOf(first.get(rank).gradients());
            assertThat(other.get(rank).trained()).isNotEqualTo(first.get(rank).trained());
        }
        assertThat(first.get(1).trained())
                .as("ranks are bit-identical")
                .isEqualTo(first.get(0).trained());
    }

    private static RunPlan plan(double rate, long seed) {
        return RunPlans.sgd(Task.CLASSIFICATION, EXAMPLES, BATCH, STEPS, rate)
                .withWorkers(WORKERS)
                .withSeed(seed)
                .plan();
    }

    private static Oracle network(double retain) {
        DenseLayer.Builder dense = new DenseLayer.Builder().nOut(12).activation(Activation.TANH);
        return rows("dropout", FEATURES, 1, (retain < 1 ? dense.dropOut(retain) : dense).build());
    }

    private static List<Rank> train(Oracle network, ReplicaKind kind, RunPlan plan) throws Exception {
        ReplicaFactory replicas = network.replicas(kind);
        List<List<List<Float>>> gradients = Stream.<List<List<Float>>>generate(ArrayList::new)
                .limit(WORKERS)
                .toList();
        List<TrainedRun> runs = RankThreads.train(
                plan, ALIKE, rank -> new Recording(replicas.create(1, plan.microBatch()), gradients.get(rank)));
        return IntStream.range(0, WORKERS)
                .mapToObj(rank -> new Rank(gradients.get(rank), numbers(TrainedParameters.of(runs.get(rank)))))
                .toList();
    }

    private static List<Float> numbers(float[] values) {
        List<Float> numbers = new ArrayList<>();
        for (float value : values) {
            numbers.add(value);
        }
        return numbers;
    }

    private static Stream<List<Float>> gradients(List<Rank> ranks) {
        return ranks.stream().flatMap(rank -> rank.gradients().stream());
    }

    /**
     * What a rank did.
     *
     * @param gradients of its micro-batches, in their order
     */
    private record Rank(List<List<Float>> gradients, List<Float> trained) {}

    /** Notes the gradients of single micro-batches. */
    private static final class Recording extends ForwardingReplica {
        private final List<List<Float>> gradients;

        Recording(Replica replica, List<List<Float>> gradients) {
            super(replica);
            this.gradients = gradients;
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            float[] own = new float[parameterCount()];
            double lossSum = super.gradient(batch, weight, false, own);
            gradients.add(numbers(own));
            for (int i = 0; i < own.length; i++) {
                into[i] = add ? into[i] + own[i] : own[i];
            }
            return lossSum;
        }
    }
}
