package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.plan.Task;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.train.Replica;
import io.batchscope.train.UpdateRule;
import io.batchscope.train.WeightPenalty;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class PenaltiesTest {
    private static final double RATE = 0.1;
    private static final int FEATURES = 3;
    private static final int EXAMPLES = 6;

    @TempDir
    Path directory;

    /** Weights of both layers, the bias of the first only. */
    private static MultiLayerConfiguration configuration(boolean frozen) {
        DenseLayer dense = new DenseLayer.Builder()
                .nIn(FEATURES)
                .nOut(4)
                .activation(Activation.TANH)
                .l2(0.3)
                .l2Bias(0.2)
                .biasInit(0.5)
                .build();
        return new NeuralNetConfiguration.Builder()
                .seed(4)
                .updater(new Sgd(RATE))
                .list()
                .layer(frozen ? new FrozenLayer(dense) : dense)
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(4)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .l2(0.7)
                        .build())
                .build();
    }

    private Replica replica(boolean frozen) throws Exception {
        Path file = Files.writeString(
                directory.resolve("l2.json"), configuration(frozen).toJson());
        Model model = Models.load(new ModelConfig.Dl4jFile(file.toString()), List.of(FEATURES), Task.REGRESSION, 1);
        assertThat(model.facts().notices()).noneMatch(notice -> notice.contains("L2"));
        return model.replicas().create(1, EXAMPLES);
    }

    @Test
    void areThoseOfTheConfiguration() throws Exception {
        // W (12), b (4); W (4), b (1)
        assertThat(replica(false).penalties())
                .containsExactlyInAnyOrder(
                        new WeightPenalty(0, 12, 0.3), new WeightPenalty(12, 16, 0.2), new WeightPenalty(16, 20, 0.7));
    }

    @Test
    void leaveFrozenLayersOut() throws Exception {
        assertThat(replica(true).penalties()).containsExactly(new WeightPenalty(16, 20, 0.7));
    }

    @Test
    void makeTheStepThatDeeplearning4jMakes() throws Exception {
        MultiLayerNetwork oracle = new MultiLayerNetwork(configuration(false));
        oracle.init();
        float[] start = oracle.params().dup().data().asFloat();
        Replica replica = replica(false);
        replica.writeParameters(start);
        Batch batch = new Batch(EXAMPLES, FEATURES);
        batch.fill(ArrayExamples.linear(EXAMPLES, FEATURES, 1), 0, EXAMPLES);
        float[] gradient = new float[start.length];
        double loss = replica.gradient(batch, 1f / EXAMPLES, false, gradient) / EXAMPLES;
        replica.penalties().forEach(penalty -> penalty.addGradient(start, gradient));
        float[] ours = start.clone();
        new UpdateRule.Sgd(0, 0).update(ours, gradient, new float[0][], RATE, 0);

        INDArray input = Nd4j.create(batch.features(), new long[] {EXAMPLES, FEATURES}, 'c');
        INDArray targets = Nd4j.create(batch.targets(), new long[] {EXAMPLES, 1}, 'c');
        oracle.fit(input, targets);

        float[] theirs = oracle.params().dup().data().asFloat();
        assertThat(theirs).isNotEqualTo(start);
        assertThat(ours).containsExactly(theirs, within(1e-6f));
        // Deeplearning4j's score has the penalty in it, the reported loss has not.
        assertThat(oracle.score()).isCloseTo(loss + halfSquares(replica.penalties(), start), within(1e-5));
    }

    private static double halfSquares(List<WeightPenalty> penalties, float[] w) {
        double sum = 0;
        for (WeightPenalty penalty : penalties) {
            for (int i = penalty.from(); i < penalty.to(); i++) {
                sum += 0.5 * penalty.l2() * w[i] * w[i];
            }
        }
        return sum;
    }
}
