package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static io.batchscope.nn.OracleNetworks.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.nn.Oracle.Noise;
import io.batchscope.plan.Regularization;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.ReferenceReplica;
import io.batchscope.testing.RegularizedPlan;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.Parameters;
import io.batchscope.train.Replica;
import io.batchscope.train.TrainedRun;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Labels smoothed by ε over K classes: 1 − ε + ε/K for the true one, ε/K for the others (Szegedy et al. 2016, section 7). */
class LabelSmoothingTest {
    /** W, then b; one input. */
    private static final Oracle SOFTMAX = rows("softmax", 1, 1);

    private static final Oracle DEEP = rows(
            "deep",
            6,
            8,
            new DenseLayer.Builder().nOut(7).activation(Activation.TANH).build());

    /** What a replica that puts out softmax(log p), whatever it gets, says of one example of class 0. */
    private record Answer(double loss, double score, Parameters gradient) {
        static Answer of(ReplicaKind kind, double smoothing, double... p) {
            float[] parameters = new float[2 * CLASSES];
            for (int k = 0; k < CLASSES; k++) {
                parameters[CLASSES + k] = (float) Math.log(p[k]);
            }
            try (Replica replica = SOFTMAX.replicas(kind).create(1, 1)) {
                replica.writeParameters(parameters);
                Batch batch = batch(SOFTMAX, 1, smoothing);
                float[] gradient = new float[parameters.length];
                double loss = replica.gradient(batch, 1, false, gradient);
                float[] byLogits = java.util.Arrays.copyOfRange(gradient, CLASSES, 2 * CLASSES);
                return new Answer(loss, replica.score(batch).lossSum(), new Parameters(byLogits));
            }
        }
    }

    private static Batch batch(Oracle oracle, int rows, double smoothing) {
        int features = oracle.shape().stream().reduce(1, Math::multiplyExact);
        Batch batch = new Batch(rows, features, smoothing);
        batch.fill(new Noise(rows, features, CLASSES), 0, rows);
        return batch;
    }

    @ParameterizedTest
    @EnumSource(ReplicaKind.class)
    void ofUniformProbabilitiesTheLossIsTheLogarithmOfTheirNumber(ReplicaKind kind) {
        for (double smoothing : new double[] {0, 0.1, 0.9}) {
            Answer answer = Answer.of(kind, smoothing, 1 / 3.0, 1 / 3.0, 1 / 3.0);
            assertThat(answer.loss).isCloseTo(Math.log(3), within(1e-6));
            // p − (1 − ε)·1{class 0} − ε/3 = (1 − ε)·(1/3 − 1{class 0})
            assertThat(answer.gradient.values())
                    .containsExactly(
                            new float[] {
                                (float) ((1 - smoothing) * -2 / 3),
                                (float) ((1 - smoothing) / 3),
                                (float) ((1 - smoothing) / 3)
                            },
                            within(1e-6f));
        }
    }

    @ParameterizedTest
    @EnumSource(ReplicaKind.class)
    void ofThreeClassesItIsWhatOneWorksOutByHand(ReplicaKind kind) {
        // Labels smoothed by 0.3: 0.8, 0.1, 0.1.
        Answer answer = Answer.of(kind, 0.3, 0.5, 0.3, 0.2);
        assertThat(answer.loss).isCloseTo(0.8 * 0.693147 + 0.1 * 1.203973 + 0.1 * 1.609438, within(1e-5));
        assertThat(answer.gradient.values()).containsExactly(new float[] {-0.3f, 0.2f, 0.1f}, within(1e-6f));
        assertThat(answer.score).as("scores know the true class alone").isCloseTo(0.693147, within(1e-5));
    }

    @ParameterizedTest
    @EnumSource(ReplicaKind.class)
    void theLossIsLeastWhereProbabilitiesAreTheSmoothedLabels(ReplicaKind kind) {
        Answer least = Answer.of(kind, 0.3, 0.8, 0.1, 0.1);
        assertThat(least.gradient.values()).containsExactly(new float[] {0, 0, 0}, within(1e-6f));
        double entropy = -0.8 * Math.log(0.8) - 0.2 * Math.log(0.1);
        assertThat(least.loss).isCloseTo(entropy, within(1e-6));
        assertThat(Answer.of(kind, 0.3, 0.81, 0.1, 0.09).loss).isGreaterThan(least.loss);
        assertThat(Answer.of(kind, 0.3, 0.79, 0.1, 0.11).loss).isGreaterThan(least.loss);
        assertThat(Answer.of(kind, 0.3, 0.98, 0.01, 0.01).loss).isGreaterThan(least.loss);
    }

    @Test
    void bothReplicasHaveTheGradientOfTheLossThatTheyTell() {
        Batch batch = batch(DEEP, DEEP.rows(), 0.2);
        float[] start = new NetworkStart(DEEP.source()).of(3);
        double[] at = new double[start.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = start[i];
        }
        float[] differences = new float[start.length];
        double loss;
        try (ReferenceReplica reference = new ReferenceReplica(DEEP.program())) {
            loss = reference.gradient(at, batch, new double[at.length]);
            for (int i = 0; i < at.length; i++) {
                at[i] = start[i] + 1e-5;
                double above = reference.gradient(at, batch, new double[at.length]);
                at[i] = start[i] - 1e-5;
                double below = reference.gradient(at, batch, new double[at.length]);
                at[i] = start[i];
                differences[i] = (float) ((above - below) / 2e-5);
            }
        }
        for (ReplicaKind kind : ReplicaKind.values()) {
            try (Replica replica = DEEP.replicas(kind).create(3, DEEP.rows())) {
                float[] gradient = new float[start.length];
                assertThat(replica.gradient(batch, 1, false, gradient))
                        .isCloseTo(loss, within(loss * Oracle.TOLERANCE));
                assertThat(TrainedParameters.relativeDistance(gradient, differences))
                        .as(kind.label())
                        .isLessThanOrEqualTo(Oracle.TOLERANCE);
            }
        }
    }

    /** The plan's smoothing reaches the updates, and neither evaluations nor anything without it. */
    @ParameterizedTest
    @EnumSource(ReplicaKind.class)
    void trainingSmoothsAndEvaluationsDoNot(ReplicaKind kind) throws Exception {
        int examples = 20;
        Noise data = new Noise(examples, 6, CLASSES);
        RunPlan plain =
                RunPlans.sgd(Task.CLASSIFICATION, examples, examples, 2, 0.5).plan();
        RunPlan smoothed = RegularizedPlan.of(plain, new Regularization(0.4, 0));
        List<TrainedRun> runs = List.of(
                RankThreads.train(plain, data, data, rank -> replica(kind)).get(0),
                RankThreads.train(smoothed, data, data, rank -> replica(kind)).get(0));
        try (Replica replica = replica(kind)) {
            float[] ignored = new float[replica.parameterCount()];
            Batch whole = batch(DEEP, examples, 0.4);
            double smoothedLoss = replica.gradient(whole, 1, false, ignored) / examples;
            double loss = replica.score(whole).loss();
            assertThat(Math.abs(smoothedLoss - loss)).isGreaterThan(1e-3);
            assertThat(runs.get(0).stepRows().get(0).loss()).isCloseTo(loss, within(1e-6));
            assertThat(runs.get(1).stepRows().get(0).loss()).isCloseTo(smoothedLoss, within(1e-6));
            assertThat(runs)
                    .allSatisfy(run -> assertThat(run.evalRows().get(0).loss()).isCloseTo(loss, within(1e-6)));
        }
        assertThat(TrainedParameters.relativeDistance(
                        TrainedParameters.of(runs.get(1)), TrainedParameters.of(runs.get(0))))
                .isGreaterThan(1e-3);
    }

    private static Replica replica(ReplicaKind kind) {
        return DEEP.replicas(kind).create(7, 20);
    }

    static Stream<ILossFunction> otherLosses() {
        return Stream.of(
                LossFunction.SQUARED_HINGE.getILossFunction(),
                LossFunction.MSE.getILossFunction(),
                new LossMCXENT(Nd4j.createFromArray(1f, 2f, 1f)));
    }

    @ParameterizedTest
    @MethodSource("otherLosses")
    void otherLossesAreRefusedAndNotLeftUnsmoothed(ILossFunction loss) {
        Oracle oracle = ending(loss);
        assertThat(Losses.smoothable(oracle.source().build(1), Task.CLASSIFICATION))
                .isFalse();
        try (Replica replica = oracle.replicas(ReplicaKind.DL4J).create(1, 2)) {
            float[] gradient = new float[replica.parameterCount()];
            assertThat(replica.gradient(batch(oracle, 2, 0), 1, false, gradient))
                    .isPositive();
            assertThatThrownBy(() -> replica.gradient(batch(oracle, 2, 0.1), 1, false, gradient))
                    .isInstanceOf(ModelException.class)
                    .hasMessageStartingWith("label smoothing 0.1 (study.regularization.label-smoothing): needs"
                            + " cross-entropy (MCXENT, negative log-likelihood) of a softmax without class weights, but"
                            + " the model's loss is ")
                    .hasMessageEndingWith("; set it to 0 or change the model");
        }
    }

    @Test
    void negativeLogLikelihoodOfASoftmaxIsTheSame() {
        Oracle likelihood = ending(LossFunction.NEGATIVELOGLIKELIHOOD.getILossFunction());
        Oracle entropy = ending(LossFunction.MCXENT.getILossFunction());
        assertThat(Losses.smoothable(likelihood.source().build(1), Task.CLASSIFICATION))
                .isTrue();
        try (Replica one = likelihood.replicas(ReplicaKind.DL4J).create(1, 5);
                Replica other = entropy.replicas(ReplicaKind.DL4J).create(1, 5)) {
            float[] first = new float[one.parameterCount()];
            float[] second = new float[one.parameterCount()];
            double loss = one.gradient(batch(entropy, 5, 0.1), 1, false, first);
            assertThat(other.gradient(batch(entropy, 5, 0.1), 1, false, second)).isEqualTo(loss);
            assertThat(first).isEqualTo(second);
        }
    }

    private static Oracle ending(ILossFunction loss) {
        OutputLayer output = new OutputLayer.Builder(loss)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
        return Oracle.of(
                loss.toString(), OracleNetworks.sequence(InputType.feedForward(4), output), List.of(4), CLASSES, 2);
    }

    @Test
    void smoothingAllOfALabelAwayIsRefused() {
        assertThatThrownBy(() -> new Batch(1, 1, 1)).hasMessage("label smoothing must be in [0, 1), but is 1.0");
        assertThatThrownBy(() -> new Batch(1, 1, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
