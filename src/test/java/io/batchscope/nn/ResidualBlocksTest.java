package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.graph;
import static io.batchscope.nn.OracleNetworks.softmax;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.Batch;
import io.batchscope.nn.Oracle.Noise;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.StudyConfig.ModelConfig.Dl4jFile;
import io.batchscope.plan.Task;
import io.batchscope.train.Parameters;
import io.batchscope.train.Replica;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The last scale of every residual block starts at 0 (Goyal et al. 2017, section 5.1). */
class ResidualBlocksTest {
    private static final List<Integer> IMAGES = List.of(1, 12, 10);
    private static final int FEATURES = 120;

    @TempDir
    Path directory;

    private static Catalog resNet8(boolean zeroInitResidual) {
        return new Catalog("resnet8", List.of(), "relu", false, zeroInitResidual);
    }

    private static ImportedModel model(boolean zeroInitResidual) {
        return ModelCatalog.model(resNet8(zeroInitResidual), IMAGES, Task.CLASSIFICATION, CLASSES);
    }

    private static ComputationGraph network(ImportedModel model) {
        return ((Network.Graph) model.source().build(1)).network();
    }

    private static INDArray gamma(ComputationGraph network, String layer) {
        return parameters(network, layer, BatchNormalizationParamInitializer.GAMMA);
    }

    private static INDArray parameters(ComputationGraph network, String layer, String key) {
        return Objects.requireNonNull(network.getLayer(layer).paramTable().get(key));
    }

    @Test
    void onlyTheLastNormalizationOfABlockStartsAtZero() {
        ComputationGraph network = network(model(true));
        for (String stage : List.of("stage1", "stage2", "stage3")) {
            assertThat(gamma(network, stage + "-2-norm").toFloatVector()).containsOnly(0);
            assertThat(gamma(network, stage + "-1-norm").toFloatVector()).containsOnly(1);
        }
        for (String other : List.of("stem-norm", "stage2-shortcut-norm", "stage3-shortcut-norm")) {
            assertThat(gamma(network, other).toFloatVector()).containsOnly(1);
        }
        assertThat(gamma(network(model(false)), "stage1-2-norm").toFloatVector())
                .containsOnly(1);
    }

    @Test
    void everyBlockStartsAsItsShortcut() {
        for (boolean training : new boolean[] {true, false}) {
            INDArray images = Nd4j.rand(DataType.FLOAT, 4, FEATURES);
            Map<String, INDArray> values = network(model(true)).feedForward(images, training);
            // Of a block that puts out what its shortcut does only the rectifier behind the sum is left.
            assertThat(values.get("stage1-2-activation")).isEqualTo(values.get("stem-activation"));
            for (String stage : List.of("stage2", "stage3")) {
                INDArray shortcut = Objects.requireNonNull(values.get(stage + "-shortcut-norm"));
                assertThat(shortcut.minNumber().floatValue()).isNegative();
                assertThat(values.get(stage + "-2-activation")).isEqualTo(Transforms.relu(shortcut, true));
            }
            Map<String, INDArray> usual = network(model(false)).feedForward(images, training);
            assertThat(usual.get("stage1-2-activation")).isNotEqualTo(usual.get("stem-activation"));
        }
    }

    /** At the start only the scale itself learns: what is behind it gets no gradient through a factor of 0. */
    @Test
    void bothReplicasStartThereAndTheScaleLearns() {
        Oracle oracle = new Oracle("resnet8", model(true).source(), List.of(FEATURES), Task.CLASSIFICATION, CLASSES, 6);
        float[] start = new NetworkStart(oracle.source()).of(1);
        oracle.assertAgreement(start);
        ComputationGraph network = network(model(true));
        try (Replica replica = oracle.replicas(ReplicaKind.FUSED).create(1, 6)) {
            float[] read = new float[start.length];
            replica.readParameters(read);
            assertThat(read).isEqualTo(start);
            Batch batch = new Batch(6, FEATURES);
            batch.fill(new Noise(6, FEATURES, CLASSES), 0, 6);
            float[] gradient = new float[start.length];
            replica.gradient(batch, 1, false, gradient);
            INDArray gamma = gamma(network, "stage1-2-norm");
            INDArray behind = parameters(network, "stage1-2-conv", "W");
            assertThat(norm(gradient, gamma)).isPositive();
            assertThat(norm(gradient, behind)).isZero();
        }
    }

    private static double norm(float[] gradient, INDArray parameters) {
        double sum = 0;
        for (long i = parameters.offset(); i < parameters.offset() + parameters.length(); i++) {
            sum += Math.pow(gradient[Math.toIntExact(i)], 2);
        }
        return Math.sqrt(sum);
    }

    @Test
    void itIsAnotherModel() {
        Model usual = Models.load(resNet8(false), IMAGES, Task.CLASSIFICATION, CLASSES);
        Model zero = Models.load(resNet8(true), IMAGES, Task.CLASSIFICATION, CLASSES);
        assertThat(zero.facts().fingerprint()).isNotEqualTo(usual.facts().fingerprint());
        assertThat(zero.facts().description()).isEqualTo("resnet8 relu, residual blocks start as their shortcuts");
        assertThat(usual.facts().description()).isEqualTo("resnet8 relu");
        assertThat(zero.start().of(3)).isNotEqualTo(usual.start().of(3));
    }

    /** Dense blocks: one with dropout after the normalization, one that does not end in a normalization. */
    private static ComputationGraphConfiguration rowsGraph(BatchNormalization last) {
        return graph(InputType.feedForward(5))
                .addLayer("stem", dense(Activation.TANH), "input")
                .addLayer("stem-norm", new BatchNormalization(), "stem")
                .addLayer("a", dense(Activation.IDENTITY), "stem-norm")
                .addLayer("a-norm", last, "a")
                .addLayer("a-dropout", new DropoutLayer(0.5), "a-norm")
                .addVertex("first", new ElementWiseVertex(ElementWiseVertex.Op.Add), "stem-norm", "a-dropout")
                .addLayer("b-norm", new BatchNormalization(), "first")
                .addLayer("b", dense(Activation.RELU), "b-norm")
                .addVertex("second", new ElementWiseVertex(ElementWiseVertex.Op.Add), "first", "b")
                .addLayer("left", new BatchNormalization(), "second")
                .addLayer("right", new BatchNormalization(), "second")
                .addVertex("twins", new ElementWiseVertex(ElementWiseVertex.Op.Add), "left", "right")
                .addLayer("output", softmax(), "twins")
                .setOutputs("output")
                .build();
    }

    private static Layer dense(Activation activation) {
        return new DenseLayer.Builder().nOut(5).activation(activation).build();
    }

    @Test
    void findsBlocksInAFile() throws IOException {
        Path file = Files.writeString(
                directory.resolve("graph.json"),
                rowsGraph(new BatchNormalization()).toJson());
        ImportedModel imported = ModelImport.read(new Dl4jFile(file.toString(), true));
        assertThat(imported.description()).isEqualTo("dl4j graph graph.json, residual blocks start as their shortcuts");
        ComputationGraph network = network(imported);
        assertThat(gamma(network, "a-norm").toFloatVector()).containsOnly(0);
        for (String other : List.of("stem-norm", "b-norm", "left", "right")) {
            assertThat(gamma(network, other).toFloatVector()).as(other).containsOnly(1);
        }
    }

    @Test
    void refusesWhatHasNoSuchBlocks() throws IOException {
        Catalog mlp = new Catalog("mlp", List.of(4), "relu", true, true);
        assertThatThrownBy(() -> Models.load(mlp, List.of(5), Task.CLASSIFICATION, CLASSES))
                .isInstanceOf(ModelException.class)
                .hasMessage("model 'mlp' (study.model.zero-init-residual): must have residual blocks, but has none; use"
                        + " catalog = resnet8, or leave zero-init-residual out");

        Path plain = Files.writeString(
                directory.resolve("plain.json"),
                graph(InputType.feedForward(5))
                        .addLayer("a", dense(Activation.TANH), "input")
                        .addLayer("norm", new BatchNormalization(), "a")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "norm")
                        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "relu")
                        .addLayer("output", softmax(), "sum")
                        .setOutputs("output")
                        .build()
                        .toJson());
        assertRefused(
                plain,
                "must have residual blocks that end in a batch normalization for zero-init-residual"
                        + " (study.model.zero-init-residual), but has none; use such a model, or leave zero-init-residual out");

        Path sequence = Files.writeString(
                directory.resolve("sequence.json"),
                OracleNetworks.classifier(InputType.feedForward(5), dense(Activation.TANH))
                        .toJson());
        assertRefused(
                sequence,
                "must have residual blocks for zero-init-residual (study.model.zero-init-residual), but is"
                        + " a sequence of layers; give a graph, or leave zero-init-residual out");
    }

    @Test
    void refusesWhatCannotStartOrLearn() throws IOException {
        Model trained = Models.load(resNet8(false), IMAGES, Task.CLASSIFICATION, CLASSES);
        Path zip = Files.write(
                directory.resolve("net.zip"),
                trained.archive(new Parameters(trained.start().of(1))));
        assertRefused(
                zip,
                "starts from its saved parameters, so that zero-init-residual (study.model.zero-init-residual)"
                        + " has nothing to set; give its configuration (toJson()), or leave zero-init-residual out");

        BatchNormalization locked =
                new BatchNormalization.Builder().lockGammaBeta(true).build();
        Path file = Files.writeString(
                directory.resolve("locked.json"), rowsGraph(locked).toJson());
        assertRefused(
                file,
                "normalization 'a-norm' must be free to learn its scale, which zero-init-residual"
                        + " (study.model.zero-init-residual) starts at 0, but that is locked; unlock it, or leave"
                        + " zero-init-residual out");
    }

    private static void assertRefused(Path file, String why) {
        assertThatThrownBy(() -> ModelImport.read(new Dl4jFile(file.toString(), true)))
                .isInstanceOf(ModelException.class)
                .hasMessage("model " + file + " (study.model.dl4j): " + why);
    }
}
