package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.data.SplitMix;
import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.train.Replica;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class Dl4jReplicaTest {
    private static final int CLASSES = 3;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "mlp", "cnn"})
    void gradientAgreesWithFiniteDifferencesOfTheLoss(String name) {
        List<Integer> shape = name.equals("cnn") ? List.of(1, 16, 16) : List.of(6);
        Replica replica = catalog(name, shape, Task.CLASSIFICATION, CLASSES).create(5, 8);
        Batch batch = batch(new Noise(8, shape.stream().reduce(1, (a, b) -> a * b), CLASSES), 0, 8);
        float[] gradient = new float[replica.parameterCount()];
        replica.gradient(batch, 1, true, gradient);
        float[] parameters = new float[gradient.length];
        replica.readParameters(parameters);

        // Along the gradient itself the directional derivative is its norm, large enough for float differences.
        double norm = Math.sqrt(IntStream.range(0, gradient.length)
                .mapToDouble(i -> (double) gradient[i] * gradient[i])
                .sum());
        double step = 1e-2;
        double difference = lossAt(replica, parameters, gradient, step / norm, batch)
                - lossAt(replica, parameters, gradient, -step / norm, batch);
        assertThat(difference / (2 * step)).isCloseTo(norm, within(norm * 0.01));
    }

    private static double lossAt(Replica replica, float[] parameters, float[] direction, double by, Batch batch) {
        float[] moved = new float[parameters.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (parameters[i] + by * direction[i]);
        }
        replica.writeParameters(moved);
        return replica.score(batch).lossSum();
    }

    @Test
    void gradientOfSoftmaxRegressionIsTheFormula() {
        Replica replica = catalog("softmax", List.of(2), Task.CLASSIFICATION, 2).create(1, 4);
        replica.writeParameters(new float[replica.parameterCount()]);
        Noise examples = new Noise(4, 2, 2);
        float[] gradient = new float[replica.parameterCount()];
        double loss = replica.gradient(batch(examples, 0, 4), 1, true, gradient);

        // At zero weights every class has probability 1/2: dL/db_c = sum (1/2 - [y = c]), loss = n ln 2.
        assertThat(loss).isCloseTo(4 * Math.log(2), within(1e-5));
        double expected = 0;
        for (int i = 0; i < 4; i++) {
            expected += 0.5 - (examples.classOf(i) == 0 ? 1 : 0);
        }
        assertThat((double) gradient[4]).isCloseTo(expected, within(1e-5));
        assertThat((double) gradient[5]).isCloseTo(-expected, within(1e-5));
    }

    @Test
    void gradientIsASumOverExamplesWhateverTheSplit() {
        Replica replica =
                catalog("mlp", List.of(6), Task.CLASSIFICATION, CLASSES).create(5, 8);
        Noise examples = new Noise(8, 6, CLASSES);
        float[] whole = new float[replica.parameterCount()];
        float[] parts = new float[replica.parameterCount()];
        double wholeLoss = replica.gradient(batch(examples, 0, 8), 1, true, whole);
        double partLoss = replica.gradient(batch(examples, 0, 1), 1, true, parts)
                + replica.gradient(batch(examples, 1, 3), 1, true, parts)
                + replica.gradient(batch(examples, 3, 8), 1, true, parts);
        assertThat(partLoss).isCloseTo(wholeLoss, within(1e-4));
        for (int i = 0; i < whole.length; i++) {
            assertThat(parts[i]).isCloseTo(whole[i], within(1e-4f));
        }
    }

    @Test
    void regressionScoresTheMeanSquaredError() {
        Replica replica = catalog("linear", List.of(2), Task.REGRESSION, 1).create(1, 4);
        replica.writeParameters(new float[] {1, 2, 0.5f});
        Noise examples = new Noise(4, 2, 0);
        double expected = 0;
        for (int i = 0; i < 4; i++) {
            float[] x = new float[2];
            examples.copyFeatures(i, x, 0);
            expected += Math.pow(x[0] + 2 * x[1] + 0.5 - examples.targetOf(i), 2);
        }
        Replica.Score score = replica.score(batch(examples, 0, 4));
        assertThat(score.lossSum()).isCloseTo(expected, within(1e-4));
        assertThat(score.correct()).isZero();
        assertThat(replica.gradient(batch(examples, 0, 4), 1, true, new float[3]))
                .isCloseTo(expected, within(1e-4));
    }

    @Test
    void startsFromTheSeed() {
        var replicas = catalog("mlp", List.of(6), Task.CLASSIFICATION, CLASSES);
        assertThat(parameters(replicas.create(3, 2))).isEqualTo(parameters(replicas.create(3, 2)));
        assertThat(parameters(replicas.create(3, 2))).isNotEqualTo(parameters(replicas.create(4, 2)));
    }

    @Test
    void seedZeroIsASeedLikeAnyOther() {
        var replicas = catalog("mlp", List.of(6), Task.CLASSIFICATION, CLASSES);
        assertThat(parameters(replicas.create(0, 2))).isEqualTo(parameters(replicas.create(0, 2)));
        assertThat(parameters(replicas.create(0, 2))).isNotEqualTo(parameters(replicas.create(1, 2)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -5})
    void dropoutRepeatsWithItsSeed(long seed) throws Exception {
        Replica replica = load(
                        new DenseLayer.Builder().nIn(6).nOut(40).dropOut(0.5).build(),
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nIn(40)
                                .nOut(CLASSES)
                                .dropOut(0.5)
                                .activation(Activation.SOFTMAX)
                                .build())
                .create(1, 8);
        float[] first = seededGradient(replica, seed);
        assertThat(seededGradient(replica, seed)).isEqualTo(first);
        assertThat(seededGradient(replica, seed + 1)).isNotEqualTo(first);
    }

    private static float[] seededGradient(Replica replica, long seed) {
        float[] gradient = new float[replica.parameterCount()];
        replica.seed(seed);
        replica.gradient(batch(new Noise(8, 6, CLASSES), 0, 8), 1, true, gradient);
        return gradient;
    }

    @ParameterizedTest
    @ValueSource(floats = {200, 20, 0})
    void lossOfACertainNetworkIsTheOneItTrainsOn(float bias) {
        Replica replica = catalog("softmax", List.of(2), Task.CLASSIFICATION, 3).create(1, 4);
        float[] values = new float[replica.parameterCount()];
        // The bias of class 0: at 200 the other probabilities are 0 in float.
        values[6] = bias;
        replica.writeParameters(values);
        Batch batch = batch(new Noise(4, 2, 3), 0, 4);
        double trained = replica.gradient(batch, 1, true, new float[values.length]);
        Replica.Score score = replica.score(batch);
        assertThat(score.lossSum()).isCloseTo(trained, within(1e-4));
        // Classes 0, 1, 2, 0; a probability counts as 1e-10 at least.
        double missed = Math.min(Math.log(Math.exp(bias) + 2), -Math.log(1e-10));
        double hit = Math.log(1 + 2 * Math.exp(-bias));
        assertThat(score.lossSum()).isCloseTo(2 * missed + 2 * hit, within(1e-3));
    }

    @Test
    void frozenLayersAreHeldWhetherOrNotTheGradientGoesThroughThem() throws Exception {
        DenseLayer dense = new DenseLayer.Builder().nIn(6).nOut(2).build();
        OutputLayer output = new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(2)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
        for (Layer frozen : List.of(new FrozenLayer(dense), new FrozenLayerWithBackprop(dense))) {
            assertThat(load(frozen, output).create(1, 4).heldParameters())
                    .as(frozen.getClass().getSimpleName())
                    .containsExactlyInAnyOrder(new Replica.Range(0, 12), new Replica.Range(12, 14));
        }
    }

    private io.batchscope.train.ReplicaFactory load(Layer first, Layer second) throws Exception {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .list()
                .layer(first)
                .layer(second)
                .build();
        Path file = Files.writeString(directory.resolve("two-layers.json"), configuration.toJson());
        return Models.load(new ModelConfig.Dl4jFile(file.toString()), List.of(6), Task.CLASSIFICATION, CLASSES)
                .replicas();
    }

    @Test
    void runningStatisticsAreHeldFromTheRuleAndFollowTheData() throws Exception {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(2)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new BatchNormalization.Builder()
                        .nIn(2)
                        .nOut(2)
                        .decay(0.9)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(2)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
        Path file = Files.writeString(directory.resolve("bn.json"), configuration.toJson());
        Replica replica = Models.load(new ModelConfig.Dl4jFile(file.toString()), List.of(2), Task.CLASSIFICATION, 2)
                .replicas()
                .create(1, 4);
        // W (4), b (2), gamma (2), beta (2), mean (2), log10 deviation (2), W (4), b (2)
        assertThat(replica.heldParameters())
                .containsExactlyInAnyOrder(new Replica.Range(10, 12), new Replica.Range(12, 14));

        float[] values = new float[replica.parameterCount()];
        values[0] = 1;
        values[3] = 1;
        values[6] = 1;
        values[7] = 1;
        replica.writeParameters(values);
        Noise examples = new Noise(4, 2, 2);
        float[] sum = new float[values.length];
        replica.gradient(batch(examples, 0, 4), 1, true, sum);
        double mean = 0;
        for (int i = 0; i < 4; i++) {
            float[] x = new float[2];
            examples.copyFeatures(i, x, 0);
            mean += x[0] / 4;
        }
        // new mean = 0.9 * 0 + 0.1 * batch mean; what is to be subtracted is its negative, times the 4 examples
        assertThat((double) sum[10]).isCloseTo(-4 * 0.1 * mean, within(1e-5));
    }

    @Test
    void nativeMemoryGrowsWithTheMicroBatchAndIsKept() {
        List<Integer> shape = List.of(1, 16, 16);
        long[] held = new long[3];
        for (int i = 0; i < held.length; i++) {
            int examples = 2 << i;
            Batch batch = new Batch(examples, 256);
            batch.fill(new Noise(examples, 256, 3), 0, examples);
            try (Replica replica = catalog("cnn", shape, Task.CLASSIFICATION, 3).create(1, examples)) {
                replica.gradient(batch, 1, false, new float[replica.parameterCount()]);
                replica.score(batch);
                held[i] = replica.nativeBytes();
                replica.gradient(batch, 1, false, new float[replica.parameterCount()]);
                replica.score(batch);

                assertThat(replica.nativeBytes()).isEqualTo(held[i]);
                // At least parameters, gradient and the input.
                assertThat(held[i]).isGreaterThan(4L * (2 * replica.parameterCount() + examples * 256));
            }
        }
        // A straight line: twice as many more examples take twice as much more, but for alignment.
        double slope = (held[2] - held[1]) / (double) (held[1] - held[0]);
        assertThat(held[1]).isGreaterThan(held[0]);
        assertThat(slope).isCloseTo(2, within(0.3));
    }

    private static float[] parameters(Replica replica) {
        float[] values = new float[replica.parameterCount()];
        replica.readParameters(values);
        return values;
    }

    private static io.batchscope.train.ReplicaFactory catalog(
            String name, List<Integer> shape, Task task, int outputs) {
        return Models.load(new Catalog(name, List.of(5, 4), "tanh"), shape, task, outputs)
                .replicas();
    }

    private static Batch batch(Examples examples, int from, int to) {
        Batch batch = new Batch(8, examples.featureCount());
        batch.fill(examples, from, to);
        return batch;
    }

    /** Random features with random labels. */
    private record Noise(int size, int featureCount, int classes) implements Examples {
        @Override
        public void copyFeatures(int index, float[] into, int offset) {
            SplitMix random = new SplitMix(index);
            for (int i = 0; i < featureCount; i++) {
                into[offset + i] = random.below(2001) / 1000f - 1;
            }
        }

        @Override
        public int classOf(int index) {
            return classes == 0 ? 0 : index * 7 % classes;
        }

        @Override
        public float targetOf(int index) {
            return classes == 0 ? index - 1.5f : 0;
        }
    }
}
