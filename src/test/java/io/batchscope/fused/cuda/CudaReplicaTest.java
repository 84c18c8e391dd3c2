package io.batchscope.fused.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.fused.SamplePrograms;
import io.batchscope.testing.ReferenceReplica;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The CUDA replica against the plain-Java reference. Runs on whatever CUDA is there: a device, or the tests' emulation. */
class CudaReplicaTest {
    /** Of the difference's norm to the norm, for what is computed in float. */
    private static final double TOLERANCE = 1e-5;

    private static final String FIRST = "0";

    static Stream<Arguments> programs() {
        return DevicePrograms.all().entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    private static Replica replica(Program program, boolean graphs) {
        return CudaReplica.of(program, SamplePrograms.start(program, true), false, FIRST, graphs);
    }

    private static int features(Program program) {
        return program.inputShape().stream().reduce(1, Math::multiplyExact);
    }

    private static Batch batch(Program program, int from, int to) {
        return SamplePrograms.batch(from, to, features(program));
    }

    /** Twice of each kind: at first step by step, then as graphs, then with what was recorded. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void doesWhatTheReferenceDoes(String name, Program program) {
        try (Replica reference = new ReferenceReplica(program);
                Replica replica = replica(program, true)) {
            reference.writeParameters(SamplePrograms.start(program, true));
            for (int turn = 0; turn < 3; turn++) {
                assertSame(replica, reference, program, batch(program, turn, turn + 5), turn);
                assertSame(replica, reference, program, batch(program, 3 * turn, 3 * turn + 8), turn);
            }
        }
    }

    private static void assertSame(Replica replica, Replica reference, Program program, Batch batch, int turn) {
        float[] expected = new float[program.parameterCount()];
        float[] actual = new float[program.parameterCount()];
        Arrays.fill(actual, turn == 0 ? Float.NaN : 1);
        Arrays.fill(expected, 1);
        List<Integer> heard = new ArrayList<>();
        reference.seed(turn);
        replica.seed(turn);
        double expectedLoss = reference.gradient(batch, 0.25f, turn > 0, expected);
        double loss = replica.gradient(batch, 0.25f, turn > 0, actual, heard::add);

        assertThat(loss).isCloseTo(expectedLoss, within(TOLERANCE * Math.abs(expectedLoss)));
        assertThat(distance(actual, expected)).as("gradient").isLessThan(TOLERANCE);
        assertThat(heard)
                .containsExactlyElementsOf(java.util.stream.IntStream.range(
                                0, replica.gradientOrder().size())
                        .boxed()
                        .toList());
        Replica.Score score = replica.score(batch);
        Replica.Score expectedScore = reference.score(batch);
        assertThat(score.lossSum())
                .isCloseTo(expectedScore.lossSum(), within(TOLERANCE * Math.abs(expectedScore.lossSum())));
        assertThat(score.correct()).isEqualTo(expectedScore.correct());
        assertThat(score.examples()).isEqualTo(batch.size());
        float[] put = new float[batch.size() * program.outputs()];
        float[] expectedPut = put.clone();
        replica.outputs(batch, put);
        reference.outputs(batch, expectedPut);
        assertThat(distance(put, expectedPut)).as("outputs").isLessThan(TOLERANCE);
    }

    private static double distance(float[] a, float[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            difference += Math.pow((double) a[i] - b[i], 2);
            norm += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / norm);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void graphsGiveTheSameBits(String name, Program program) {
        try (Replica recorded = replica(program, true);
                Replica stepwise = replica(program, false)) {
            for (int turn = 0; turn < 3; turn++) {
                Batch batch = batch(program, turn, turn + 9);
                float[] one = new float[program.parameterCount()];
                float[] other = new float[program.parameterCount()];
                recorded.seed(turn);
                stepwise.seed(turn);
                assertThat(recorded.gradient(batch, 0.5f, false, one))
                        .isEqualTo(stepwise.gradient(batch, 0.5f, false, other));
                assertThat(one).isEqualTo(other);
            }
        }
    }

    @Test
    void labelsMayBeSmoothed() {
        Program program = Layers.of(7).dense(5, true).rectifier().classifier();
        Batch batch = new Batch(6, 7, 0.3);
        batch.fill(new SamplePrograms.Noise(6, 7), 0, 6);
        try (Replica reference = new ReferenceReplica(program);
                Replica replica = replica(program, true)) {
            reference.writeParameters(SamplePrograms.start(program, true));
            assertSame(replica, reference, program, batch, 0);
        }
    }

    @Test
    void takesNewParametersInParts() {
        Program program = Layers.of(7).dense(5, true).rectifier().classifier();
        try (Replica reference = new ReferenceReplica(program);
                Replica replica = replica(program, true)) {
            float[] moved = SamplePrograms.start(program, true);
            for (int turn = 1; turn < 4; turn++) {
                for (int i = 0; i < moved.length; i++) {
                    moved[i] *= 0.9f;
                }
                int middle = moved.length / 3;
                replica.writeParameters(moved, 0, middle);
                replica.writeParameters(moved, middle, moved.length);
                reference.writeParameters(moved);
                float[] read = new float[moved.length];
                replica.readParameters(read);
                assertThat(read).isEqualTo(moved);
                assertSame(replica, reference, program, batch(program, 0, 4), turn);
            }
        }
    }

    @Test
    void everySizeGivesWhatItsExamplesGiveAlone() {
        Program program = SamplePrograms.dense(72, 17);
        try (Replica replica = replica(program, true)) {
            float[] alone = new float[program.parameterCount()];
            // More sizes than passes are kept, growing, so that memory is taken anew under those that are ready.
            for (int size = 1; size <= 20; size++) {
                replica.gradient(batch(program, size - 1, size), 0.5f, size > 1, alone);
                float[] together = new float[program.parameterCount()];
                replica.gradient(batch(program, 0, size), 0.5f, false, together);
                assertThat(distance(together, alone)).as("size %d", size).isLessThan(TOLERANCE);
            }
        }
    }

    @Test
    void slicesOfAChannelAddUp() {
        // 6,000 examples of 4 × 4 numbers: each channel's sums come from 24 blocks.
        Program program = Layers.of(1, 4, 4)
                .convolution(2, io.batchscope.train.Window.square(1, 1), true)
                .normalization()
                .rectifier()
                .classifier();
        assertThat(ChannelSlices.of(6000, 2, 16).slices()).isGreaterThan(20);
        try (Replica reference = new ReferenceReplica(program);
                Replica replica = replica(program, true)) {
            reference.writeParameters(SamplePrograms.start(program, true));
            assertSame(replica, reference, program, batch(program, 0, 6000), 0);
        }
    }

    @Test
    void aBatchLargerThanThePiecesThatAreUploaded() {
        // Features of 2.3 pieces of 2^20 numbers, and a first use with few examples.
        Program program = Layers.of(2000).classifier();
        try (Replica reference = new ReferenceReplica(program);
                Replica replica = replica(program, true)) {
            reference.writeParameters(SamplePrograms.start(program, true));
            assertSame(replica, reference, program, batch(program, 0, 2), 0);
            assertSame(replica, reference, program, batch(program, 0, 1200), 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dense", "residual"})
    void whatIsNotANumberStaysSo(String which) {
        Program program = which.equals("dense")
                ? Layers.of(6).dense(5, true).rectifier().classifier()
                : DevicePrograms.residual();
        try (Replica replica = replica(program, true)) {
            float[] start = SamplePrograms.start(program, true);
            start[0] = Float.NaN;
            replica.writeParameters(start);
            float[] gradient = new float[program.parameterCount()];
            assertThat(replica.gradient(batch(program, 0, 4), 1, false, gradient))
                    .isNaN();
            assertThat(replica.score(batch(program, 0, 4)).lossSum()).isNaN();
        }
    }

    @Test
    void aStepAllocatesNothing() {
        Program program = DevicePrograms.residual();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        try (Replica replica = replica(program, true)) {
            Batch batch = batch(program, 0, 2);
            float[] gradient = new float[program.parameterCount()];
            float[] parameters = SamplePrograms.start(program, true);
            long[] rounds = new long[10];
            for (int round = 0; round < rounds.length; round++) {
                long before = threads.getThreadAllocatedBytes(self);
                for (int i = 0; i < 20; i++) {
                    replica.writeParameters(parameters);
                    replica.gradient(batch, 0.125f, i % 2 == 1, gradient);
                }
                rounds[round] = threads.getThreadAllocatedBytes(self) - before;
            }
            // The JVM allocates on its own now and then; a step that allocates does so in every round.
            assertThat(rounds).as("bytes of each round of 20 steps").contains(0L);
        }
    }

    @Test
    void closingFreesTheMemory() {
        Program program = DevicePrograms.residual();
        try (Replica warm = replica(program, true)) {
            warm.gradient(batch(program, 0, 8), 1, false, new float[program.parameterCount()]);
        }
        long before = freeBytes();
        try (Replica replica = replica(program, true)) {
            replica.gradient(batch(program, 0, 8), 1, false, new float[program.parameterCount()]);
            assertThat(before - freeBytes()).isGreaterThanOrEqualTo(replica.deviceBytes());
            assertThat(replica.deviceBytes()).isPositive();
            assertThat(replica.nativeBytes()).isPositive();
        }
        assertThat(freeBytes()).isEqualTo(before);
    }

    private static long freeBytes() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            assertThat(cudart.cudaMemGetInfo(free, total)).isZero();
            return free.get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dense", "residual"})
    void gathersExamplesThatItKeeps(String which) {
        Program program = which.equals("dense")
                ? Layers.of(75).dense(30, true).rectifier().classifier()
                : DevicePrograms.residual();
        Examples examples = new SamplePrograms.Noise(2500, features(program));
        int[] numbers = {2499, 3, 3, 1024, 0, 1023, 77};
        try (Replica reference = new ReferenceReplica(program);
                Replica replica = replica(program, true)) {
            reference.writeParameters(SamplePrograms.start(program, true));
            long before = replica.deviceBytes();
            assertThat(replica.keep(examples)).isTrue();
            assertThat(replica.deviceBytes() - before).isEqualTo(4L * 2500 * features(program));
            for (int turn = 0; turn < 3; turn++) {
                Batch batch = new Batch(7, features(program));
                batch.fillOnDemand(examples, numbers, turn, 7);
                float[] actual = new float[program.parameterCount()];
                replica.gradient(batch, 1, false, actual);
                assertThat(batch.awaitedFrom()).as("features not copied").isSameAs(examples);
                assertSame(replica, reference, program, batch, turn);
            }
            // Other examples are uploaded, among those that are kept; and others may be kept instead.
            assertSame(replica, reference, program, batch(program, 0, 4), 0);
            Examples others = new SamplePrograms.Noise(5, features(program));
            assertThat(replica.keep(others)).isTrue();
            Batch batch = new Batch(3, features(program));
            batch.fillOnDemand(others, numbers, 1, 3);
            assertSame(replica, reference, program, batch, 0);
            batch.fillOnDemand(examples, numbers, 1, 3);
            assertSame(replica, reference, program, batch, 0);
        }
    }

    @Test
    void namesItsDevice() {
        try (Replica replica = replica(Layers.of(3).classifier(), true)) {
            assertThat(replica.device()).hasValueSatisfying(device -> {
                assertThat(device.address()).isEqualTo(FIRST);
                assertThat(device.uuid()).isEqualTo(CudaBackend.devices().get(0).uuid());
            });
        }
    }

    @Test
    void anAddressThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> CudaReplica.of(Layers.of(3).classifier(), new float[12], false, "77", true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GPU 77");
    }

    @Test
    void theNamesOfTheProgramsTellThemApart() {
        Map<String, Program> programs = DevicePrograms.all();
        assertThat(programs.values()).doesNotHaveDuplicates();
    }
}
