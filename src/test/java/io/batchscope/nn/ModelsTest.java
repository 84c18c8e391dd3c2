package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.train.Parameters;
import io.batchscope.train.Replica;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ModelsTest {
    @TempDir
    Path directory;

    @Test
    void catalogueCountsItsParameters() {
        Model mlp =
                Models.load(new Catalog("mlp", List.of(256, 128), "relu"), List.of(1, 28, 28), Task.CLASSIFICATION, 10);
        assertThat(mlp.facts().parameterCount()).isEqualTo(784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10);
        Model cnn = Models.load(new Catalog("cnn", List.of(), "relu"), List.of(1, 28, 28), Task.CLASSIFICATION, 10);
        assertThat(cnn.facts().parameterCount())
                .isEqualTo(25 * 32 + 32 + 25 * 32 * 64 + 64 + 4 * 4 * 64 * 512 + 512 + 512 * 10 + 10);
        assertThat(cnn.facts().notices()).isEmpty();
    }

    @Test
    void importsASequentialNetworkAndNamesWhatIsReplaced() throws IOException {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .updater(new Adam(0.1))
                .l1(1e-5)
                .l2(1e-4)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(4)
                        .nOut(3)
                        .activation(Activation.RELU)
                        .build())
                .layer(output(3, 2))
                .build();
        Model model = load(Files.writeString(directory.resolve("net.json"), configuration.toJson()), List.of(4), 2);
        assertThat(model.facts().parameterCount()).isEqualTo(4 * 3 + 3 + 3 * 2 + 2);
        assertThat(model.facts().notices())
                .containsExactly(
                        "the model's updater Adam is replaced by study.optimizer and study.learning-rate",
                        "the model's own L1 and weight decay are not used, only its constant L2;"
                                + " set study.optimizer.weight-decay");
    }

    @Test
    void importsAGraphWithAResidualConnection() throws IOException {
        Model model = load(Files.writeString(directory.resolve("graph.json"), graph().toJson()), List.of(4), 2);
        assertThat(model.facts().parameterCount()).isEqualTo(4 * 4 + 4 + 4 * 2 + 2);
        assertThat(model.replicas().create(1, 3).parameterCount()).isEqualTo(30);
    }

    @Test
    void importsANetworkThatTakesImages() throws IOException {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(2)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(5, 5, 1))
                .build();
        Path file = Files.writeString(directory.resolve("images.json"), configuration.toJson());
        Model model = load(file, List.of(1, 5, 5), 2);
        assertThat(model.facts().parameterCount()).isEqualTo(9 * 2 + 2 + 3 * 3 * 2 * 2 + 2);
        assertThatThrownBy(() -> load(file, List.of(1, 6, 6), 2))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("does not take examples of shape [1, 6, 6]");
    }

    @Test
    void archiveComesBackAsTheSameModelAndStartsThere() throws IOException {
        Path json = Files.writeString(directory.resolve("graph.json"), graph().toJson());
        for (Model model : List.of(
                load(json, List.of(4), 2),
                Models.load(new Catalog("mlp", List.of(3), "relu"), List.of(4), Task.CLASSIFICATION, 2))) {
            float[] values = new float[(int) model.facts().parameterCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = i / 7f;
            }
            Path zip = Files.write(directory.resolve("model.zip"), model.archive(new Parameters(values)));
            Replica replica = load(zip, List.of(4), 2).replicas().create(99, 2);
            float[] back = new float[values.length];
            replica.readParameters(back);
            assertThat(back).isEqualTo(values);
        }
    }

    @Test
    void archiveLoadsInDeeplearning4jItself() throws IOException {
        Model model = Models.load(new Catalog("mlp", List.of(3), "relu"), List.of(4), Task.CLASSIFICATION, 2);
        float[] values = new float[(int) model.facts().parameterCount()];
        values[2] = 5;
        byte[] archive = model.archive(new Parameters(values));
        assertThat(ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(archive), false)
                        .params()
                        .getFloat(2))
                .isEqualTo(5f);
    }

    @Test
    void fingerprintDependsOnTheArchitectureAndNotOnTheClock() throws Exception {
        Catalog catalog = new Catalog("mlp", List.of(3), "relu");
        String first =
                Models.load(catalog, List.of(4), Task.CLASSIFICATION, 2).facts().fingerprint();
        Thread.sleep(5);
        assertThat(Models.load(catalog, List.of(4), Task.CLASSIFICATION, 2)
                        .facts()
                        .fingerprint())
                .isEqualTo(first);
        Catalog wider = new Catalog("mlp", List.of(5), "relu");
        assertThat(Models.load(wider, List.of(4), Task.CLASSIFICATION, 2)
                        .facts()
                        .fingerprint())
                .isNotEqualTo(first);
    }

    @Test
    void savedParametersArePartOfTheFingerprint() throws IOException {
        Model model = Models.load(new Catalog("mlp", List.of(3), "relu"), List.of(4), Task.CLASSIFICATION, 2);
        float[] values = new float[(int) model.facts().parameterCount()];
        Path zip = directory.resolve("a.zip");
        String zeros = load(Files.write(zip, model.archive(new Parameters(values))), List.of(4), 2)
                .facts()
                .fingerprint();
        values[0] = 1;
        String other = load(Files.write(zip, model.archive(new Parameters(values))), List.of(4), 2)
                .facts()
                .fingerprint();
        assertThat(other).isNotEqualTo(zeros);
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        Path wrongOutputs = Files.writeString(directory.resolve("graph.json"), graph().toJson());
        assertThatThrownBy(() -> load(wrongOutputs, List.of(4), 3))
                .hasMessage("model " + wrongOutputs + " (study.model.dl4j): must put out 3 numbers for this data"
                        + " (its classes), but puts out 2; change nOut of the last layer");
        assertThatThrownBy(() -> load(wrongOutputs, List.of(5), 2))
                .hasMessageContaining("does not take examples of shape [5]");
        assertThatThrownBy(() -> load(directory.resolve("none.json"), List.of(4), 2))
                .hasMessageContaining("the file does not exist; give the path of a .json or .zip");
        Path nonsense = Files.writeString(directory.resolve("nonsense.json"), "{\"a\": 1}");
        assertThatThrownBy(() -> load(nonsense, List.of(4), 2))
                .hasMessage("model " + nonsense + " (study.model.dl4j): cannot be read as a Deeplearning4j"
                        + " MultiLayerConfiguration: it is not one; write it with toJson() or ModelSerializer");
        Path zip = Files.write(directory.resolve("broken.zip"), new byte[] {'P', 'K', 3, 4, 0, 0});
        assertThatThrownBy(() -> load(zip, List.of(4), 2)).isInstanceOf(ModelException.class);
        assertThatThrownBy(
                        () -> Models.load(new Catalog("linear", List.of(), "relu"), List.of(4), Task.CLASSIFICATION, 2))
                .hasMessageContaining("model 'linear' (study.model.catalog): is for regression");
        assertThatThrownBy(() ->
                        Models.load(new Catalog("cnn", List.of(), "relu"), List.of(1, 8, 8), Task.CLASSIFICATION, 2))
                .hasMessageContaining("needs images of at least 16×16, but examples have the shape [1, 8, 8]");
    }

    private static ComputationGraphConfiguration graph() {
        return new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nIn(4)
                                .nOut(4)
                                .activation(Activation.RELU)
                                .build(),
                        "in")
                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "dense", "in")
                .addLayer("out", output(4, 2), "add")
                .setOutputs("out")
                .build();
    }

    private static OutputLayer output(int inputs, int outputs) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(inputs)
                .nOut(outputs)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static Model load(Path file, List<Integer> shape, int outputs) {
        return Models.load(new ModelConfig.Dl4jFile(file.toString()), shape, Task.CLASSIFICATION, outputs);
    }
}
