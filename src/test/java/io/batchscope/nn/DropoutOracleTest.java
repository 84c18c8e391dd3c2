package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.images;
import static io.batchscope.nn.OracleNetworks.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.fused.DropoutStream;
import io.batchscope.fused.FusedReplicaFactory;
import io.batchscope.plan.Task;
import io.batchscope.testing.ReferenceReplica;
import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Dropout draws other numbers than Deeplearning4j's, so Deeplearning4j is given the masks of the program's stream here;
 * where they are applied, and what comes back, must then agree.
 */
class DropoutOracleTest {
    private static final long SEED = 12;

    static Stream<Oracle> networks() {
        return Stream.of(
                rows("dense layers", 6, 4, dense(0.8), dense(0.5)),
                rows(
                        "a dropout layer",
                        6,
                        4,
                        dense(0.9),
                        new DropoutLayer(0.7),
                        new ActivationLayer(new ActivationTanH())),
                images("convolutions", 2, 6, 5, 3, convolution(0.9), convolution(0.6)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void agreesOnTheSameMasks(Oracle oracle) {
        Program program = oracle.program();
        assertThat(program.isRandom()).isTrue();
        Network network = oracle.source().build(1);
        List<Integer> places = places(program);
        int next = 0;
        for (Layer layer : network.layers()) {
            if (layer.conf().getLayer().getIDropout() != null) {
                int place = places.get(next++);
                layer.conf()
                        .getLayer()
                        .setIDropout(new StreamDropout(
                                place, ((Operation.Dropout) program.operations().get(place)).retain()));
            }
        }
        assertThat(next).isEqualTo(places.size());
        float[] start = new NetworkStart(oracle.source()).of(1);
        try (Replica general = new Dl4jReplica(network, Task.CLASSIFICATION, oracle.shape(), CLASSES, oracle.rows());
                Replica reference = new ReferenceReplica(program);
                Replica fused = new FusedReplicaFactory(program, seed -> start.clone()).create(1, oracle.rows())) {
            reference.writeParameters(start);
            float[] expected = gradient(general, oracle);
            assertClose(gradient(reference, oracle), expected);
            assertClose(gradient(fused, oracle), expected);
        }
    }

    @Test
    void keepsTheShareThatItIsToldAndTheMean() {
        float[] mask = new float[100_000];
        DropoutStream.fill(1, 0, 0.8, mask);
        double sum = 0;
        int kept = 0;
        for (float value : mask) {
            sum += value;
            kept += value == 0 ? 0 : 1;
        }
        // Five standard deviations of a binomial share: 5 · √(0.8 · 0.2 / 100,000).
        assertThat(kept / 100_000.0).isCloseTo(0.8, within(0.0064));
        assertThat(sum / 100_000).isCloseTo(1, within(0.008));
    }

    /** Numbers of the dropout operations, in the order of the layers. */
    private static List<Integer> places(Program program) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < program.operations().size(); i++) {
            if (program.operations().get(i) instanceof Operation.Dropout) {
                places.add(i);
            }
        }
        return places;
    }

    private static float[] gradient(Replica replica, Oracle oracle) {
        int features = oracle.shape().stream().reduce(1, Math::multiplyExact);
        Batch batch = new Batch(oracle.rows(), features);
        batch.fill(new Oracle.Noise(oracle.rows(), features, CLASSES), 0, oracle.rows());
        float[] gradient = new float[replica.parameterCount()];
        replica.seed(SEED);
        replica.gradient(batch, 1, false, gradient);
        return gradient;
    }

    private static void assertClose(float[] actual, float[] expected) {
        double distance = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            distance += Math.pow((double) actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        assertThat(norm).isPositive();
        assertThat(Math.sqrt(distance / norm)).isLessThanOrEqualTo(Oracle.TOLERANCE);
    }

    private static DenseLayer dense(double retain) {
        return new DenseLayer.Builder()
                .nOut(12)
                .dropOut(retain)
                .activation(new ActivationTanH())
                .build();
    }

    private static ConvolutionLayer convolution(double retain) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(5)
                .dropOut(retain)
                .activation(new ActivationTanH())
                .build();
    }

    /** Deeplearning4j's dropout with the masks of the program's stream. */
    private static final class StreamDropout implements IDropout {
        private static final long serialVersionUID = 1L;

        private final int operation;
        private final double retain;

        StreamDropout(int operation, double retain) {
            this.operation = operation;
            this.retain = retain;
        }

        private INDArray mask(INDArray values) {
            float[] mask = new float[Math.toIntExact(values.length())];
            DropoutStream.fill(SEED, operation, retain, mask);
            return Nd4j.createFromArray(mask).reshape('c', values.shape());
        }

        @Override
        public INDArray applyDropout(
                INDArray in, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaces) {
            return result.assign(in.mul(mask(in)));
        }

        @Override
        public INDArray backprop(INDArray out, INDArray in, int iteration, int epoch) {
            return in.assign(out.mul(mask(out)));
        }

        @Override
        public void clear() {
            // The mask is computed anew each time.
        }

        @Override
        public IDropout clone() {
            return new StreamDropout(operation, retain);
        }
    }
}
