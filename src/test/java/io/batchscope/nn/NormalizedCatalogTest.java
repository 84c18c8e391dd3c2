package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.Batch;
import io.batchscope.nn.Oracle.Noise;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of the catalogue with batch normalization, on images as those of Fashion-MNIST. */
class NormalizedCatalogTest {
    private static final List<Integer> IMAGES = List.of(1, 28, 28);
    private static final int CLASSES = 10;

    private static final Catalog MLP = new Catalog("mlp", List.of(30, 20), "relu", true, false);
    private static final Catalog CNN = new Catalog("cnn", List.of(), "relu", true, false);
    private static final Catalog RESNET8 = new Catalog("resnet8", List.of(), "relu");

    private static Model load(Catalog catalog) {
        return Models.load(catalog, IMAGES, Task.CLASSIFICATION, CLASSES);
    }

    private static Program program(Catalog catalog) {
        Compilation compilation = load(catalog).compilation();
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        return ((Compilation.Compiled) compilation).program();
    }

    /** Scale, shift, running mean and variance a channel; no bias before a normalization. */
    @Test
    void countTheirParameters() {
        assertThat(load(MLP).facts().parameterCount()).isEqualTo(784 * 30 + 4 * 30 + 30 * 20 + 4 * 20 + 20 * 10 + 10);
        assertThat(load(CNN).facts().parameterCount())
                .isEqualTo(25 * 32 + 4 * 32 + 25 * 32 * 64 + 4 * 64 + 4 * 4 * 64 * 512 + 4 * 512 + 512 * 10 + 10);
        int convolutions =
                9 * 16 + 2 * 9 * 16 * 16 + 9 * 16 * 32 + 9 * 32 * 32 + 16 * 32 + 9 * 32 * 64 + 9 * 64 * 64 + 32 * 64;
        assertThat(load(RESNET8).facts().parameterCount())
                .isEqualTo(convolutions + 4 * (3 * 16 + 3 * 32 + 3 * 64) + 64 * 10 + 10);
    }

    @Test
    void normalizeBetweenSumsAndActivation() {
        assertThat(kinds(MLP))
                .containsExactly(
                        "Dense",
                        "BatchNormalization",
                        "Activation",
                        "Dense",
                        "BatchNormalization",
                        "Activation",
                        "Dense");
        assertThat(kinds(CNN).stream().filter(kind -> !kind.equals("Flatten")))
                .containsExactly(
                        "Convolution",
                        "BatchNormalization",
                        "Activation",
                        "Pooling",
                        "Convolution",
                        "BatchNormalization",
                        "Activation",
                        "Pooling",
                        "Dense",
                        "BatchNormalization",
                        "Activation",
                        "Dense");
        assertThat(kinds(RESNET8).stream().filter("Convolution"::equals)).hasSize(9);
        assertThat(kinds(RESNET8).stream().filter("BatchNormalization"::equals)).hasSize(9);
        assertThat(kinds(RESNET8).stream().filter("Addition"::equals)).hasSize(3);
    }

    private static List<String> kinds(Catalog catalog) {
        return program(catalog).operations().stream()
                .map(Operation::getClass)
                .map(Class::getSimpleName)
                .toList();
    }

    @Test
    void sayWhatTheyAre() {
        assertThat(load(MLP).facts().description()).isEqualTo("mlp [30, 20] relu, batch normalization");
        assertThat(load(CNN).facts().description()).isEqualTo("cnn relu, batch normalization");
        for (Catalog catalog : List.of(MLP, CNN, RESNET8)) {
            assertThat(load(catalog).facts().normalizes()).isTrue();
            assertThat(load(catalog).facts().spreadMatters()).isTrue();
            assertThat(load(catalog).facts().smoothable()).isTrue();
        }
        Model plain = load(new Catalog("mlp", List.of(30, 20), "relu"));
        assertThat(plain.facts().normalizes()).isFalse();
        assertThat(plain.facts().fingerprint()).isNotEqualTo(load(MLP).facts().fingerprint());
    }

    static Stream<Oracle> small() {
        return Stream.of(oracle(MLP, 1, 9, 9), oracle(CNN, 1, 16, 16), oracle(RESNET8, 1, 9, 11));
    }

    private static Oracle oracle(Catalog catalog, Integer... shape) {
        return new Oracle(
                catalog.name(),
                ModelCatalog.model(catalog, List.of(shape), Task.CLASSIFICATION, CLASSES)
                        .source(),
                List.of(shape[0] * shape[1] * shape[2]),
                Task.CLASSIFICATION,
                CLASSES,
                8);
    }

    @ParameterizedTest
    @MethodSource("small")
    void agreeInAllReplicas(Oracle oracle) {
        oracle.assertAgreement();
    }

    /** Eight images of noise, learned by heart. */
    @ParameterizedTest
    @MethodSource("small")
    void learn(Oracle oracle) {
        int rows = oracle.rows();
        int features = oracle.shape().get(0);
        Batch batch = new Batch(rows, features);
        batch.fill(new Noise(rows, features, CLASSES), 0, rows);
        try (Replica replica = oracle.replicas(ReplicaKind.FUSED).create(1, rows)) {
            float[] parameters = new float[replica.parameterCount()];
            float[] gradient = new float[parameters.length];
            float[] rates = new float[parameters.length];
            Arrays.fill(rates, 0.1f);
            replica.heldParameters().forEach(range -> Arrays.fill(rates, range.from(), range.to(), 1));
            replica.readParameters(parameters);
            double first = replica.gradient(batch, 1f / rows, false, gradient) / rows;
            for (int step = 0; step < 40; step++) {
                for (int i = 0; i < parameters.length; i++) {
                    parameters[i] -= rates[i] * gradient[i];
                }
                replica.writeParameters(parameters);
                replica.gradient(batch, 1f / rows, false, gradient);
            }
            assertThat(first).isBetween(1.0, 5.0);
            assertThat(replica.gradient(batch, 1f / rows, false, gradient) / rows)
                    .isLessThan(first / 4);
            assertThat(replica.score(batch).accuracy()).isGreaterThan(0.9);
        }
    }

    @Test
    void refuseWhatHasNothingToNormalizeOrNoImages() {
        assertThatThrownBy(() -> load(new Catalog("softmax", List.of(), "relu", true, false)))
                .isInstanceOf(ModelException.class)
                .hasMessage(
                        "model 'softmax' (study.model.batch-normalization): must have hidden layers to normalize, but"
                                + " has none; use mlp, cnn or resnet8");
        assertThatThrownBy(() -> Models.load(RESNET8, List.of(784), Task.CLASSIFICATION, CLASSES))
                .isInstanceOf(ModelException.class)
                .hasMessage("model 'resnet8' (study.model.catalog): needs images of at least 8×8, but examples have the"
                        + " shape [784]; use mlp");
    }
}
