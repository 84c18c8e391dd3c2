package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.images;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.Batch;
import io.batchscope.nn.Oracle.Noise;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/**
 * k workers compute what one computes: the same parameters after 50 updates but for rounding, whatever the model, the
 * optimizer, the replica and the shares. One worker that takes each global batch in one piece is compared with k = 1 … 4
 * that take it in micro-batches. What was measured is left in {@code target/exactness.md}.
 *
 * <p>Float rounds at 2⁻²⁴ ≈ 6·10⁻⁸, and another order of summation rounds otherwise. Gradient descent passes such
 * differences on about as they are. Adam divides a mean gradient by the root of a mean square, plus ε. Where both are nearly
 * 0, as in a weight behind a unit that hardly ever fires, that is about a division by ε: with the usual 10⁻⁸ it turns a
 * difference of 10⁻⁸ into a whole step. That is a property of the rule, not of the spread over workers, so Adam is
 * measured with ε = 0.01.
 *
 * <p>A rectifier at 0 and a pooling with two equal largest values have no gradient but one on either side, and there
 * rounding may choose. The rates here are low enough that no such choice tells.
 */
class ExactnessTest {
    private static final double TOLERANCE = 1e-5;
    private static final int STEPS = 50;
    private static final int MOST_WORKERS = 4;

    private static final int EXAMPLES = 102;

    /** One that every k divides, and one that none does; the last batches of an epoch are 6 and 2, fewer than workers. */
    private static final List<Integer> BATCH_SIZES = List.of(24, 25);

    private static final int MICRO_BATCH = 13;
    private static final int FEATURES = 10;
    private static final long SEED = 5;

    /** Largest distance by number of workers, by row of the table. */
    private static final Map<String, Map<Integer, Double>> MEASURED = new ConcurrentSkipListMap<>();

    /** A rule with a rate at which every model here learns. */
    private record Rule(String name, OptimizerConfig optimizer, double rate) {}

    private static final List<Rule> RULES = List.of(
            rule("SGD", OptimizerConfig.Name.SGD, 0, 0, 0.02),
            rule("SGD, momentum 0.9", OptimizerConfig.Name.SGD, 0.9, 0, 0.004),
            rule("Nesterov 0.9, weight decay 0.001", OptimizerConfig.Name.NESTEROV, 0.9, 0.001, 0.004),
            rule("Adam, ε 0.01", OptimizerConfig.Name.ADAM, 0, 0, 0.002),
            rule("AdamW, ε 0.01, weight decay 0.01", OptimizerConfig.Name.ADAMW, 0, 0.01, 0.002));

    /** Those that take norms of tensors, with the fused replica alone: {@link TensorsTest} shows that both have the same. */
    private static final List<Rule> NORM_RULES = List.of(
            rule("LARS, momentum 0.9, weight decay 0.01", OptimizerConfig.Name.LARS, 0.9, 0.01, 0.1),
            rule("LAMB, ε 0.01, weight decay 0.01", OptimizerConfig.Name.LAMB, 0, 0.01, 0.002),
            new Rule("SGD, clip norm 0.1", clipped(), 0.1));

    private static OptimizerConfig clipped() {
        return new OptimizerConfig(OptimizerConfig.Name.SGD, 0, 0.001, 0.9, 0.999, 0.01, 0.001, false, 0.1);
    }

    private static Rule rule(String name, OptimizerConfig.Name rule, double momentum, double decay, double rate) {
        return new Rule(name, new OptimizerConfig(rule, momentum, decay, 0.9, 0.999, 0.01), rate);
    }

    /** What a test is about; its text is the row's beginning. */
    private record Case(Oracle model, ReplicaKind replica, Rule rule) {
        @Override
        public String toString() {
            return model.name() + " | " + replica.name().toLowerCase(Locale.ROOT) + " | " + rule.name();
        }

        RunPlan plan(int batchSize, int workers, int microBatch) {
            return RunPlans.sgd(model.task(), EXAMPLES, batchSize, STEPS, rule.rate())
                    .withOptimizer(rule.optimizer())
                    .withWorkers(workers)
                    .withMicroBatch(microBatch)
                    .plan();
        }

        List<TrainedRun> train(RunPlan plan) throws Exception {
            ReplicaFactory replicas = model.replicas(replica);
            return RankThreads.train(plan, examples(), rank -> replicas.create(SEED, plan.microBatch()));
        }

        Noise examples() {
            int features = model.shape().stream().reduce(1, Math::multiplyExact);
            return new Noise(EXAMPLES, features, model.outputs());
        }

        float[] start() {
            return new NetworkStart(model.source()).of(SEED);
        }
    }

    private static Oracle catalog(String name, String model, Task task) {
        int outputs = task == Task.CLASSIFICATION ? CLASSES : 1;
        List<Integer> shape = List.of(FEATURES);
        Catalog catalog = new Catalog(model, List.of(16, 12), "relu");
        Oracle oracle = Oracle.of(name, ModelCatalog.configuration(catalog, shape, task, outputs), shape, outputs, 1);
        return task == Task.CLASSIFICATION ? oracle : oracle.regression();
    }

    /** The catalog's cnn, but smaller. */
    private static Oracle convolutions() {
        return images(
                "cnn",
                1,
                10,
                10,
                1,
                convolution(4),
                pooling(),
                convolution(8),
                pooling(),
                new DenseLayer.Builder().nOut(16).activation(Activation.RELU).build());
    }

    private static ConvolutionLayer convolution(int channels) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(channels)
                .activation(Activation.RELU)
                .build();
    }

    private static SubsamplingLayer pooling() {
        return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(2, 2)
                .stride(2, 2)
                .build();
    }

    static Stream<Case> cases() {
        return Stream.of(
                        catalog("mlp", "mlp", Task.CLASSIFICATION),
                        convolutions(),
                        catalog("linear regression", "linear", Task.REGRESSION),
                        catalog("mlp regression", "mlp", Task.REGRESSION))
                .flatMap(model -> Arrays.stream(ReplicaKind.values())
                        .flatMap(replica -> rules(replica).map(rule -> new Case(model, replica, rule))));
    }

    private static Stream<Rule> rules(ReplicaKind replica) {
        return Stream.concat(RULES.stream(), replica == ReplicaKind.FUSED ? NORM_RULES.stream() : Stream.empty());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void workersTogetherComputeWhatOneComputes(Case given) throws Exception {
        Map<Integer, Double> row = new TreeMap<>();
        for (int batchSize : BATCH_SIZES) {
            float[] alone = TrainedParameters.of(
                    given.train(given.plan(batchSize, 1, batchSize)).get(0));
            assertThat(TrainedParameters.relativeDistance(alone, given.start()))
                    .as("the network has learned")
                    .isGreaterThan(0.005);
            for (int workers = 1; workers <= MOST_WORKERS; workers++) {
                List<TrainedRun> ranks = given.train(given.plan(batchSize, workers, MICRO_BATCH));
                float[] together = TrainedParameters.of(ranks.get(0));
                assertThat(ranks).as("ranks are bit-identical").allSatisfy(rank -> assertThat(
                                TrainedParameters.of(rank))
                        .isEqualTo(together));
                row.merge(workers, TrainedParameters.relativeDistance(together, alone), Math::max);
            }
        }
        MEASURED.put(given.toString(), row);
        assertThat(row)
                .allSatisfy((workers, distance) ->
                        assertThat(distance).as(workers + " workers").isLessThanOrEqualTo(TOLERANCE));
    }

    @Test
    void aThousandthOfOneShareWouldShow() throws Exception {
        Case mlp = cases().findFirst().orElseThrow();
        RunPlan plan = mlp.plan(25, 3, MICRO_BATCH);
        ReplicaFactory replicas = mlp.model().replicas(mlp.replica());
        float[] wrong = TrainedParameters.of(RankThreads.train(plan, mlp.examples(), rank -> {
                    Replica replica = replicas.create(SEED, plan.microBatch());
                    return rank == 2 ? new Heavier(replica) : replica;
                })
                .get(0));
        float[] right = TrainedParameters.of(mlp.train(plan).get(0));
        assertThat(TrainedParameters.relativeDistance(wrong, right)).isGreaterThan(2 * TOLERANCE);
    }

    /** A replica whose gradients count for a thousandth more than they should. */
    private static final class Heavier extends ForwardingReplica {
        Heavier(Replica replica) {
            super(replica);
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            return super.gradient(batch, weight * 1.001f, add, into);
        }
    }

    @AfterAll
    static void writeTheTable() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("Largest ‖Δw‖₂/‖w‖₂ after " + STEPS + " updates between k workers with micro-batches of "
                + MICRO_BATCH
                + " and one worker without, over the global batches "
                + BATCH_SIZES.stream().map(String::valueOf).collect(Collectors.joining(", ")) + " of " + EXAMPLES
                + " examples:");
        lines.add("");
        lines.add("| model | replica | optimizer | k = 1 | k = 2 | k = 3 | k = 4 |");
        lines.add("|---|---|---|---|---|---|---|");
        MEASURED.forEach((name, row) -> lines.add("| " + name + " | "
                + row.values().stream()
                        .map(distance -> String.format(Locale.ROOT, "%.1e", distance))
                        .collect(Collectors.joining(" | "))
                + " |"));
        Files.write(Path.of("target", "exactness.md"), lines);
    }
}
