package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.images;
import static io.batchscope.nn.OracleNetworks.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.train.ParameterTensor;
import io.batchscope.train.ParameterTensor.Kind;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class TensorsTest {
    private static Oracle catalog(String model, List<Integer> shape) {
        Catalog catalog = new Catalog(model, List.of(7, 5), "relu");
        MultiLayerConfiguration network = ModelCatalog.configuration(catalog, shape, Task.CLASSIFICATION, CLASSES);
        return Oracle.of(model, network, shape, CLASSES, 2);
    }

    private static Oracle resNet() {
        List<Integer> shape = List.of(3, 32, 32);
        ImportedModel model =
                ModelCatalog.model(new Catalog("resnet8", List.of(), "relu"), shape, Task.CLASSIFICATION, CLASSES);
        return new Oracle("resnet8", model.source(), List.of(3 * 32 * 32), Task.CLASSIFICATION, CLASSES, 2);
    }

    private static Oracle fixedNormalization() {
        return images(
                "fixed normalization",
                1,
                6,
                6,
                2,
                new ConvolutionLayer.Builder(3, 3).nOut(2).build(),
                new BatchNormalization.Builder().lockGammaBeta(true).build(),
                new BatchNormalization());
    }

    static Stream<Oracle> networks() {
        return Stream.of(
                catalog("softmax", List.of(10)),
                catalog("mlp", List.of(10)),
                catalog("cnn", List.of(1, 16, 16)),
                fixedNormalization(),
                resNet());
    }

    @ParameterizedTest
    @MethodSource("networks")
    void bothReplicasHaveTheSameTensors(Oracle network) {
        try (Replica general = network.replicas(ReplicaKind.DL4J).create(1, 2);
                Replica fused = network.replicas(ReplicaKind.FUSED).create(1, 2)) {
            assertThat(fused.tensors()).isNotEmpty().isEqualTo(general.tensors());
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void tensorsAndHeldParametersAreAllParametersOnce(Oracle network) {
        try (Replica replica = network.replicas(ReplicaKind.DL4J).create(1, 2)) {
            assertCover(replica);
        }
    }

    private static void assertCover(Replica replica) {
        int[] times = new int[replica.parameterCount()];
        int end = 0;
        for (ParameterTensor tensor : replica.tensors()) {
            assertThat(tensor.from()).isGreaterThanOrEqualTo(end).isLessThan(tensor.to());
            end = tensor.to();
            count(tensor.from(), tensor.to(), times);
        }
        replica.heldParameters().forEach(range -> count(range.from(), range.to(), times));
        assertThat(times).containsOnly(1);
    }

    private static void count(int from, int to, int[] times) {
        for (int i = from; i < to; i++) {
            times[i]++;
        }
    }

    /** Deeplearning4j's tables and the program's operations know independently what a parameter does. */
    @ParameterizedTest
    @MethodSource("networks")
    void theOperationsSayTheSameOfPlacesAndKinds(Oracle network) {
        Program program = network.program();
        Program unnamed =
                new Program(program.inputShape(), program.operations(), program.loss(), program.parameterCount());

        assertThat(places(unnamed.tensors())).isEqualTo(places(program.tensors()));
    }

    private static List<String> places(List<ParameterTensor> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.from() + " to " + tensor.to() + " " + tensor.kind())
                .toList();
    }

    @Test
    void namesAreThoseOfLayersAndKeys() {
        assertThat(catalog("mlp", List.of(10)).program().tensors())
                .containsExactly(
                        new ParameterTensor("layer0_W", 0, 70, Kind.WEIGHT),
                        new ParameterTensor("layer0_b", 70, 77, Kind.BIAS),
                        new ParameterTensor("layer1_W", 77, 112, Kind.WEIGHT),
                        new ParameterTensor("layer1_b", 112, 117, Kind.BIAS),
                        new ParameterTensor("layer2_W", 117, 132, Kind.WEIGHT),
                        new ParameterTensor("layer2_b", 132, 135, Kind.BIAS));
        assertThat(resNet().program().tensors().subList(0, 3))
                .extracting(ParameterTensor::name, ParameterTensor::kind)
                .containsExactly(
                        tuple("stem-conv_W", Kind.WEIGHT),
                        tuple("stem-norm_gamma", Kind.NORMALIZATION),
                        tuple("stem-norm_beta", Kind.NORMALIZATION));
    }

    /** What only the general replica runs. */
    @Test
    void otherLayersSayWhichAreBiases() {
        Oracle dense = rows(
                "dense",
                6,
                2,
                new FrozenLayer(new DenseLayer.Builder().nOut(4).build()),
                new DenseLayer.Builder().nOut(4).hasLayerNorm(true).build(),
                new PReLULayer.Builder().inputShape(4).build());
        assertThat(kinds(dense))
                .containsExactly(
                        "layer1_W WEIGHT",
                        "layer1_b BIAS",
                        "layer1_g NORMALIZATION",
                        "layer2_W WEIGHT",
                        "layer3_W WEIGHT",
                        "layer3_b BIAS");

        MultiLayerConfiguration recurrent = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new Bidirectional(new LSTM.Builder().nOut(4).build()))
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(3))
                .build();
        Network network = new ModelSource(false, recurrent.toJson(), null).build(1);
        assertThat(Tensors.of(network).stream().map(tensor -> tensor.name() + " " + tensor.kind()))
                .containsExactly(
                        "layer0_fW WEIGHT",
                        "layer0_fRW WEIGHT",
                        "layer0_fb BIAS",
                        "layer0_bW WEIGHT",
                        "layer0_bRW WEIGHT",
                        "layer0_bb BIAS",
                        "layer1_W WEIGHT",
                        "layer1_b BIAS");
    }

    private static List<String> kinds(Oracle network) {
        try (Replica replica = network.replicas(ReplicaKind.DL4J).create(1, 2)) {
            assertCover(replica);
            List<String> kinds = new ArrayList<>();
            replica.tensors().forEach(tensor -> kinds.add(tensor.name() + " " + tensor.kind()));
            return kinds;
        }
    }
}
