package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.OptimizerConfig.Name;
import io.batchscope.plan.StudyConfig.ModelConfig.Dl4jFile;
import io.batchscope.plan.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.FixedSchedule;

class UpdatersTest {
    @TempDir
    Path directory;

    private Model normalized() throws IOException {
        Path file = directory.resolve("model.json");
        Files.writeString(
                file,
                new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(new DenseLayer.Builder().nIn(3).nOut(4).build())
                        .layer(new BatchNormalization.Builder().nIn(4).nOut(4).build())
                        .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                                .nIn(4)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build())
                        .build()
                        .toJson());
        return Models.load(new Dl4jFile(file.toString()), List.of(3), Task.CLASSIFICATION, 2);
    }

    private static OptimizerConfig adam(double weightDecay) {
        return new OptimizerConfig(Name.ADAM, 0, weightDecay, 0.8, 0.9, 1e-3);
    }

    @Test
    void allThatIsTrainedGetsTheStudysUpdater() throws IOException {
        MultiLayerNetwork network = (MultiLayerNetwork) normalized().trainable(1, adam(0), new FixedSchedule(0.2));
        for (String key : List.of("gamma", "beta")) {
            IUpdater updater = network.getLayer(1).conf().getLayer().getUpdaterByParam(key);
            assertThat(updater).isInstanceOfSatisfying(Adam.class, its -> {
                assertThat(its.getBeta1()).isEqualTo(0.8);
                assertThat(its.getBeta2()).isEqualTo(0.9);
                assertThat(its.getEpsilon()).isEqualTo(1e-3);
                assertThat(its.getLearningRate(0, 0)).isEqualTo(0.2);
            });
        }
    }

    @Test
    void weightDecayThatDeeplearning4jWouldLeaveOutIsAnError() throws IOException {
        Model model = normalized();
        assertThatThrownBy(() -> model.trainable(1, adam(0.1), new FixedSchedule(0.2)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("of a BatchNormalization")
                .hasMessageContaining("no weight decay");
    }

    @Test
    void startsWhereReplicasStart() throws IOException {
        Model model = normalized();
        MultiLayerNetwork network = (MultiLayerNetwork) model.trainable(5, adam(0), new FixedSchedule(0.2));
        assertThat(network.params().ravel().toFloatVector())
                .isEqualTo(model.start().of(5));
    }
}
