package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.data.SplitMix;
import io.batchscope.fused.FusedReplicaFactory;
import io.batchscope.fused.cuda.CudaReplicaFactory;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.Task;
import io.batchscope.testing.ReferenceReplica;
import io.batchscope.train.Parameters;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import io.batchscope.train.Replica.Range;
import io.batchscope.train.ReplicaFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One network, run four ways on the same parameters and examples: by Deeplearning4j, by the plain-Java reference, by the
 * fused replica and by the one on a GPU. The first is what users described, so the others must agree with it.
 *
 * @param shape of one example as the network takes it
 * @param outputs classes, or 1 for regression
 * @param rows examples per batch
 */
record Oracle(String name, ModelSource source, List<Integer> shape, Task task, int outputs, int rows) {
    /** Of the difference's norm to the norm, for what is computed in float. */
    static final double TOLERANCE = 1e-5;

    /**
     * An array whose true gradient vanishes (the bias before a batch normalization) holds only what rounding left of
     * sums of larger numbers, so its error is judged against at least this share of the whole gradient's norm.
     */
    private static final double LEAST_SHARE = 0.05;

    static Oracle of(String name, MultiLayerConfiguration network, List<Integer> shape, int classes, int rows) {
        return new Oracle(
                name, new ModelSource(false, network.toJson(), null), shape, Task.CLASSIFICATION, classes, rows);
    }

    static Oracle of(String name, ComputationGraphConfiguration network, List<Integer> shape, int classes, int rows) {
        return new Oracle(
                name, new ModelSource(true, network.toJson(), null), shape, Task.CLASSIFICATION, classes, rows);
    }

    /** The same with one number to be put out. */
    Oracle regression() {
        return new Oracle(name, source, shape, Task.REGRESSION, 1, rows);
    }

    @Override
    public String toString() {
        return name + ", " + rows + " rows";
    }

    Compilation compilation() {
        return ProgramCompiler.compile(source.build(1), shape, task);
    }

    Program program() {
        Compilation compilation = compilation();
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        return ((Compilation.Compiled) compilation).program();
    }

    /** Makes replicas of one kind. */
    ReplicaFactory replicas(ReplicaKind kind) {
        return switch (kind) {
            case DL4J -> new Dl4jReplicaFactory(source, task, shape, outputs);
            case FUSED -> new FusedReplicaFactory(program(), new NetworkStart(source));
            case CUDA -> new CudaReplicaFactory(program(), new NetworkStart(source), false, "0");
        };
    }

    /** Fails unless the reference and the fused replica do what Deeplearning4j does. */
    void assertAgreement() {
        assertAgreement(moved(new NetworkStart(source).of(1)));
    }

    /** Fails unless they do so with these parameters. */
    void assertAgreement(float[] start) {
        Program program = program();
        assertThat(start).hasSize(program.parameterCount());
        List<Range> arrays = arrays(source.build(1));
        try (Replica general = new Dl4jReplicaFactory(source, task, shape, outputs).create(1, rows);
                Replica reference = new ReferenceReplica(program);
                Replica fused = new FusedReplicaFactory(program, seed -> start.clone()).create(1, rows);
                Replica cuda = cuda(program, start)) {
            general.writeParameters(start);
            reference.writeParameters(start);
            Measured expected = measure(general);
            measure(reference).assertLike(expected, arrays, "reference");
            measure(fused).assertLike(expected, arrays, "fused");
            measure(cuda).assertLike(expected, arrays, "cuda");
            assertThat(cuda.heldParameters()).isEqualTo(fused.heldParameters());
            assertThat(fused.heldParameters()).containsExactlyInAnyOrderElementsOf(general.heldParameters());
        }
    }

    /** Fails unless the fused replica does what the reference does. */
    void assertFusedLikeReference(float[] start) {
        Program program = program();
        try (Replica reference = new ReferenceReplica(program);
                Replica fused = new FusedReplicaFactory(program, seed -> start.clone()).create(1, rows);
                Replica cuda = cuda(program, start)) {
            reference.writeParameters(start);
            Measured expected = measure(reference);
            List<Range> arrays = arrays(source.build(1));
            measure(fused).assertLike(expected, arrays, "fused");
            measure(cuda).assertLike(expected, arrays, "cuda");
        }
    }

    /** On the first GPU that CUDA sees, or that the tests' emulation shows. */
    private Replica cuda(Program program, float[] start) {
        return new CudaReplicaFactory(program, seed -> start.clone(), false, "0").create(1, rows);
    }

    /** Scores, and gradients of two batches: the first written, the second added with another weight. */
    private Measured measure(Replica replica) {
        float[] gradient = new float[replica.parameterCount()];
        Arrays.fill(gradient, Float.NaN);
        Batch first = batch(0);
        Batch second = batch(1);
        replica.seed(3);
        double firstLoss = replica.gradient(first, 1f / rows, false, gradient);
        float[] written = gradient.clone();
        replica.seed(4);
        double secondLoss = replica.gradient(second, 0.5f / rows, true, gradient);
        float[] put = new float[rows * outputs];
        replica.outputs(first, put);
        return new Measured(
                replica.score(first),
                firstLoss,
                secondLoss,
                new Parameters(written),
                new Parameters(gradient),
                new Parameters(put));
    }

    private Batch batch(int number) {
        int features = shape.stream().reduce(1, Math::multiplyExact);
        Batch batch = new Batch(rows, features);
        batch.fill(
                new Noise(2 * rows, features, task == Task.CLASSIFICATION ? outputs : 1),
                number * rows,
                (number + 1) * rows);
        return batch;
    }

    /** Away from zero biases and fresh statistics, at which much that is wrong does not show. */
    private static float[] moved(float[] start) {
        SplitMix random = new SplitMix(5);
        float[] moved = start.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (random.below(2001) / 1000f - 1) * 0.1f;
        }
        return moved;
    }

    /** Where each of Deeplearning4j's parameter arrays lies. */
    private static List<Range> arrays(Network network) {
        List<Range> arrays = new ArrayList<>();
        for (Layer layer : network.layers()) {
            if (layer.paramTable() != null) {
                for (INDArray values : layer.paramTable().values()) {
                    int from = Math.toIntExact(values.offset());
                    arrays.add(new Range(from, from + Math.toIntExact(values.length())));
                }
            }
        }
        return arrays;
    }

    /** What a replica said. */
    private record Measured(
            Replica.Score score,
            double firstLoss,
            double secondLoss,
            Parameters written,
            Parameters added,
            Parameters outputs) {
        void assertLike(Measured expected, List<Range> arrays, String who) {
            assertThat(firstLoss).as(who + ": first loss").isCloseTo(expected.firstLoss, near(expected.firstLoss));
            assertThat(secondLoss).as(who + ": second loss").isCloseTo(expected.secondLoss, near(expected.secondLoss));
            assertThat(score.lossSum())
                    .as(who + ": scored loss")
                    .isCloseTo(expected.score.lossSum(), near(expected.score.lossSum()));
            assertThat(score.correct()).as(who + ": correct").isEqualTo(expected.score.correct());
            assertThat(score.examples()).isEqualTo(expected.score.examples());
            assertClose(outputs.values(), expected.outputs.values(), List.of(), who + ": outputs");
            assertClose(written.values(), expected.written.values(), arrays, who + ": gradient");
            assertClose(added.values(), expected.added.values(), arrays, who + ": sum of two gradients");
        }

        private static org.assertj.core.data.Offset<Double> near(double expected) {
            return within(Math.abs(expected) * TOLERANCE);
        }

        private static void assertClose(float[] actual, float[] expected, List<Range> arrays, String what) {
            Range all = new Range(0, expected.length);
            double norm = norm(expected, all);
            assertThat(norm).as(what + " exists").isPositive();
            assertThat(distance(actual, expected, all) / norm).as(what).isLessThanOrEqualTo(TOLERANCE);
            for (Range array : arrays) {
                double size = Math.max(norm(expected, array), LEAST_SHARE * norm);
                assertThat(distance(actual, expected, array) / size)
                        .as(what + ", parameters " + array.from() + " … " + (array.to() - 1))
                        .isLessThanOrEqualTo(TOLERANCE);
            }
        }

        private static double norm(float[] values, Range range) {
            return distance(values, new float[values.length], range);
        }

        private static double distance(float[] a, float[] b, Range range) {
            double sum = 0;
            for (int i = range.from(); i < range.to(); i++) {
                sum += Math.pow((double) a[i] - b[i], 2);
            }
            return Math.sqrt(sum);
        }
    }

    /** Random features with random labels. */
    record Noise(int size, int featureCount, int classes) implements Examples {
        @Override
        public void copyFeatures(int index, float[] into, int offset) {
            SplitMix random = new SplitMix(index + 1L);
            for (int i = 0; i < featureCount; i++) {
                into[offset + i] = random.below(200001) / 100000f - 1;
            }
        }

        @Override
        public int classOf(int index) {
            return index * 7 % classes;
        }

        @Override
        public float targetOf(int index) {
            return index * 5 % 7 - 2.5f;
        }
    }
}
