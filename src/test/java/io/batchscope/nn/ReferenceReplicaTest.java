package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.images;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.testing.ReferenceReplica;
import io.batchscope.train.Program;
import io.batchscope.train.Replica.Range;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

class ReferenceReplicaTest {
    private static final double STEP = 1e-5;

    @Test
    void gradientAgreesWithFiniteDifferencesInEveryParameter() {
        Oracle oracle = images(
                "all kinds",
                2,
                6,
                5,
                3,
                new ConvolutionLayer.Builder(3, 2)
                        .nOut(3)
                        .convolutionMode(ConvolutionMode.Same)
                        .activation(Activation.SWISH)
                        .build(),
                new BatchNormalization(),
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build(),
                new DenseLayer.Builder()
                        .nOut(4)
                        .dropOut(0.7)
                        .activation(Activation.TANH)
                        .build());
        Program program = oracle.program();
        ReferenceReplica replica = new ReferenceReplica(program);
        replica.seed(2);
        float[] start = new NetworkStart(oracle.source()).of(1);
        double[] at = new double[start.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = start[i] + 0.01 * (i % 7);
        }
        Batch batch = new Batch(3, 60);
        batch.fill(new Oracle.Noise(3, 60, CLASSES), 0, 3);
        double[] gradient = new double[at.length];
        replica.gradient(at, batch, gradient);
        for (int i = 0; i < at.length; i++) {
            if (!isHeld(program, i)) {
                double slope =
                        (lossAt(replica, at, i, STEP, batch) - lossAt(replica, at, i, -STEP, batch)) / (2 * STEP);
                assertThat(gradient[i]).as("parameter " + i).isCloseTo(slope, within(1e-7));
            }
        }
    }

    private static boolean isHeld(Program program, int parameter) {
        return program.heldParameters().stream()
                .anyMatch((Range held) -> held.from() <= parameter && parameter < held.to());
    }

    private static double lossAt(ReferenceReplica replica, double[] at, int parameter, double by, Batch batch) {
        double[] moved = at.clone();
        moved[parameter] += by;
        return replica.gradient(moved, batch, new double[at.length]);
    }
}
