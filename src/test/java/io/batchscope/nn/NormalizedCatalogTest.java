package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.Batch;
import io.batchscope.fused.FusedReplicaFactory;
import io.batchscope.nn.Oracle.Noise;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of the catalogue with batch normalization, on images as those of Fashion-MNIST. */
class NormalizedCatalogTest {
    private static final List<Integer> IMAGES = List.of(1, 28, 28);
    private static final int FEATURES = 784;
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

    static Stream<Catalog> catalogs() {
        return Stream.of(MLP, CNN, RESNET8);
    }

    @ParameterizedTest
    @MethodSource("catalogs")
    void agreeInAllReplicas(Catalog catalog) {
        ImportedModel model = ModelCatalog.model(catalog, IMAGES, Task.CLASSIFICATION, CLASSES);
        new Oracle(catalog.name(), model.source(), List.of(FEATURES), Task.CLASSIFICATION, CLASSES, 4)
                .assertAgreement();
    }

    /** Sixteen images of noise, learned by heart. */
    @ParameterizedTest
    @MethodSource("catalogs")
    void learn(Catalog catalog) {
        Model model = load(catalog);
        Batch batch = new Batch(16, FEATURES);
        batch.fill(new Noise(16, FEATURES, CLASSES), 0, 16);
        try (Replica replica = new FusedReplicaFactory(program(catalog), model.start()).create(1, 16)) {
            float[] parameters = new float[replica.parameterCount()];
            float[] gradient = new float[parameters.length];
            replica.readParameters(parameters);
            double first = replica.gradient(batch, 1f / 16, false, gradient) / 16;
            for (int step = 0; step < 20; step++) {
                float rate = 0.05f;
                List<Replica.Range> held = replica.heldParameters();
                for (int i = 0; i < parameters.length; i++) {
                    int place = i;
                    boolean statistic = held.stream().anyMatch(range -> place >= range.from() && place < range.to());
                    parameters[i] -= (statistic ? 1 : rate) * gradient[i];
                }
                replica.writeParameters(parameters);
                replica.gradient(batch, 1f / 16, false, gradient);
            }
            assertThat(first).isBetween(1.0, 5.0);
            assertThat(replica.gradient(batch, 1f / 16, false, gradient) / 16).isLessThan(first / 4);
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
