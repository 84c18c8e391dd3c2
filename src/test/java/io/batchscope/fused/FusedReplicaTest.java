package io.batchscope.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.batchscope.data.Batch;
import io.batchscope.testing.Processes;
import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FusedReplicaTest {
    private static final int FEATURES = 72;

    static Stream<Program> programs() {
        return Stream.of(
                SamplePrograms.dense(FEATURES, 17), SamplePrograms.residual(), SamplePrograms.dropout(FEATURES, 0.5));
    }

    private static Replica replica(Program program) {
        return new FusedReplica(program, SamplePrograms.start(program, true));
    }

    @Test
    void softmaxOfALinearModelHasTheGradientOfTheTextbook() {
        // W is [classes, features]: logits (1, 0), so p = (e/(1+e), 1/(1+e)); the gradient is (p - 1{class}) x.
        Program program = new Program(
                List.of(2),
                List.of(new Operation.Dense(0, 2, 2, 0, 4)),
                new Program.Loss.SoftmaxCrossEntropy(1e-10f),
                6);
        try (Replica replica = new FusedReplica(program, new float[] {1, 0, 0, 0, 0, 0})) {
            Batch batch = new Batch(1, 2);
            batch.features()[0] = 1;
            batch.features()[1] = 3;
            batch.fill(new SamplePrograms.Noise(1, 2), 0, 1);
            batch.features()[0] = 1;
            batch.features()[1] = 3;
            float[] gradient = new float[6];

            double loss = replica.gradient(batch, 2, false, gradient);

            double p = Math.E / (1 + Math.E);
            assertThat(loss).isCloseTo(-Math.log(p), within(1e-6));
            double[] expected = {2 * (p - 1), 6 * (p - 1), 2 * (1 - p), 6 * (1 - p), 2 * (p - 1), 2 * (1 - p)};
            for (int i = 0; i < expected.length; i++) {
                assertThat(gradient[i]).as("gradient %d", i).isCloseTo((float) expected[i], within(1e-6f));
            }
            assertThat(replica.score(batch)).isEqualTo(new Replica.Score(1, loss, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void aStepAllocatesNothing(Program program) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        try (Replica replica = replica(program)) {
            Batch batch = SamplePrograms.batch(0, 8, FEATURES);
            float[] gradient = new float[program.parameterCount()];
            float[] parameters = SamplePrograms.start(program, true);
            // The JVM allocates on its own now and then, when it compiles or undoes compiled code: a step that
            // allocates
            // does so in every round, the JVM does not.
            long[] rounds = new long[10];
            for (int round = 0; round < rounds.length; round++) {
                long before = threads.getThreadAllocatedBytes(self);
                for (int i = 0; i < 200; i++) {
                    replica.writeParameters(parameters);
                    replica.gradient(batch, 0.125f, i % 2 == 1, gradient);
                }
                rounds[round] = threads.getThreadAllocatedBytes(self) - before;
            }

            assertThat(rounds).as("bytes of each round of 200 steps").contains(0L);
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void closingFreesTheNativeMemory(Program program) {
        long before = Pointer.totalBytes();
        try (Replica replica = replica(program)) {
            replica.gradient(SamplePrograms.batch(0, 8, FEATURES), 1, false, new float[program.parameterCount()]);
            replica.score(SamplePrograms.batch(0, 5, FEATURES));
            assertThat(Pointer.totalBytes()).isGreaterThan(before);
        }
        assertThat(Pointer.totalBytes()).isEqualTo(before);
    }

    @Test
    void everySizeGivesWhatItsExamplesGiveAlone() {
        Program program = SamplePrograms.dense(FEATURES, 17);
        try (Replica replica = replica(program)) {
            float[] alone = new float[program.parameterCount()];
            double lossAlone = 0;
            // More sizes than passes are kept, growing, so that memory is taken anew under those that are ready.
            for (int size = 1; size <= 30; size++) {
                Batch next = SamplePrograms.batch(size - 1, size, FEATURES);
                lossAlone += replica.gradient(next, 0.5f, size > 1, alone);
                float[] together = new float[program.parameterCount()];
                Arrays.fill(together, 7);
                Batch all = SamplePrograms.batch(0, size, FEATURES);
                double loss = replica.gradient(all, 0.5f, false, together);

                assertThat(loss).isCloseTo(lossAlone, within(1e-4));
                assertThat(distance(together, alone)).as("size %d", size).isLessThan(1e-5);
                assertThat(replica.score(all).lossSum()).isCloseTo(lossAlone, within(1e-4));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 513, 1025})
    void partsOfALargeBatchAddUp(int size) {
        for (Program program : List.of(
                SamplePrograms.dense(FEATURES, 17), SamplePrograms.regression(FEATURES), SamplePrograms.residual())) {
            // Batch normalization keeps a micro-batch together, so only what has none is compared with its parts.
            boolean separable = program.heldParameters().isEmpty();
            try (Replica replica = replica(program)) {
                Batch all = SamplePrograms.batch(0, size, FEATURES);
                float[] together = new float[program.parameterCount()];
                double loss = replica.gradient(all, 0.5f, false, together);
                float[] twice = together.clone();
                assertThat(replica.gradient(all, 0.5f, true, twice)).isEqualTo(loss);
                for (int i = 0; i < twice.length; i++) {
                    assertThat(twice[i]).isEqualTo(2 * together[i]);
                }
                Replica.Score score = Replica.Score.NONE;
                float[] summed = new float[program.parameterCount()];
                double lossSum = 0;
                for (int first = 0; first < size; first += 100) {
                    Batch part = SamplePrograms.batch(first, Math.min(size, first + 100), FEATURES);
                    lossSum += replica.gradient(part, 0.5f, first > 0, summed);
                    score = score.plus(replica.score(part));
                }
                assertThat(replica.score(all).correct()).isEqualTo(score.correct());
                assertThat(replica.score(all).lossSum()).isCloseTo(score.lossSum(), within(1e-5 * score.lossSum()));
                if (separable) {
                    assertThat(loss).isCloseTo(lossSum, within(1e-5 * lossSum));
                    assertThat(distance(together, summed)).isLessThan(1e-5);
                }
            }
        }
    }

    @Test
    void oneDnnTakesWhatTheTestsUse() {
        assertThat(programs().map(FusedBackend::refusal)).containsOnlyNulls();
    }

    private static double distance(float[] a, float[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            difference += Math.pow(a[i] - b[i], 2);
            norm += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / norm);
    }

    @Test
    void dropoutRepeatsBySeedAndKeepsTheMean() {
        Program program = SamplePrograms.dropout(FEATURES, 0.25);
        try (Replica replica = replica(program)) {
            Batch batch = SamplePrograms.batch(0, 6, FEATURES);
            float[] first = gradient(replica, batch, 1);
            assertThat(gradient(replica, batch, 1)).isEqualTo(first);
            assertThat(gradient(replica, batch, 2)).isNotEqualTo(first);
        }
        float[] mask = new float[1 << 18];
        DropoutStream.fill(5, 0, 0.25, mask);
        double mean = 0;
        for (float value : mask) {
            assertThat(value == 0f || value == 4f).isTrue();
            mean += value / mask.length;
        }
        // Standard error of the mean: 4·√(0.25·0.75/2¹⁸) = 0.0034.
        assertThat(mean).isCloseTo(1, within(4 * 0.0034));
    }

    private static float[] gradient(Replica replica, Batch batch, long seed) {
        float[] gradient = new float[replica.parameterCount()];
        replica.seed(seed);
        replica.gradient(batch, 1, false, gradient);
        return gradient;
    }

    @Test
    void theFactoryTravels() throws Exception {
        Program program = SamplePrograms.residual();
        ReplicaFactory factory = new FusedReplicaFactory(program, new ConstantStart(program));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(factory);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));
                Replica replica = ((ReplicaFactory) in.readObject()).create(1, 8)) {
            float[] parameters = new float[program.parameterCount()];
            replica.readParameters(parameters);
            assertThat(parameters).isEqualTo(SamplePrograms.start(program, true));
        }
    }

    private record ConstantStart(Program program) implements io.batchscope.train.StartParameters {
        @Override
        public float[] of(long seed) {
            return SamplePrograms.start(program, true);
        }
    }

    @Test
    void needsNeitherNd4jNorSparkOnTheClassPath() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("bytedeco") || !entry.endsWith(".jar"))
                .collect(Collectors.joining(File.pathSeparator));
        Processes.Finished finished = Processes.run(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        TrainsAlone.class.getName()),
                Path.of("").toAbsolutePath(),
                Map.of("OMP_NUM_THREADS", "1"),
                Duration.ofMinutes(2));
        assertThat(finished.exitCode()).as(finished.errors()).isZero();
        assertThat(finished.output()).contains("no ND4J").contains("loss fell");
    }
}
