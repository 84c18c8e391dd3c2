package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.RunPlans;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class CheckpointCodecTest {
    private static final RunPlan PLAN = CheckpointedPlan.of(
            RunPlans.sgd(Task.REGRESSION, 100, 10, 1000, 0.1)
                    .withOptimizer(new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 0, 0.9, 0.999, 1e-8))
                    .plan(),
            10,
            0);

    /** Numbers that a careless format would change: −0, the least one, infinity. */
    private static final float[] PARAMETERS = {-0f, Float.MIN_VALUE, 1.5f};

    private static final float[] MOMENTUM = {3.25f, -1e-20f, Float.MAX_VALUE};

    private static Checkpoint small() {
        return checkpoint(List.of(PARAMETERS, MOMENTUM));
    }

    private static Checkpoint checkpoint(List<float[]> vectors) {
        return new Checkpoint(
                PLAN.trainingId(),
                10,
                1000,
                (1L << 33) % 997 + 1,
                new Checkpoint.Times(1, 2, 3, 1L << 62, 2, 8),
                new Checkpoint.Watch(Double.POSITIVE_INFINITY, -0.0, 7, 0.1),
                new Checkpoint.Reached(4, 0.25),
                new Checkpoint.Peaks(11, 12, 13),
                14,
                List.of(0.125, -0.0),
                List.of(new StepRecord(
                        PLAN.study(),
                        PLAN.runId(),
                        10,
                        7,
                        1,
                        0.1,
                        10,
                        10L,
                        0.05,
                        1.5,
                        2.5,
                        0.75,
                        null,
                        0.5,
                        null,
                        1L << 60,
                        null,
                        0.001,
                        null,
                        1,
                        2,
                        3,
                        7.5,
                        new StepMeasures(64.0, 4.5, null, 0.625, null, 0.25, 8.0))),
                List.of(
                        new EvalRecord(PLAN.study(), PLAN.runId(), 10, 7, 0, 0, 0, 0, "validation", 3.5, null),
                        new EvalRecord(PLAN.study(), PLAN.runId(), 10, 7, 5, 0.5, 50, 1, "validation", 2.5, 0.5)),
                vectors);
    }

    /** The format by hand, as the codec's Javadoc states it. */
    private static byte[] written() {
        ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        byte[] id = PLAN.trainingId().getBytes(StandardCharsets.UTF_8);
        bytes.put("BSCOPECK".getBytes(StandardCharsets.US_ASCII)).putInt(5);
        bytes.putInt(id.length).put(id).putLong(10).putLong(1000).putLong((1L << 33) % 997 + 1);
        bytes.putInt(3).putInt(2);
        bytes.putLong(1).putLong(2).putLong(3).putLong(1L << 62).putInt(2).putInt(8);
        bytes.putDouble(Double.POSITIVE_INFINITY).putDouble(-0.0).putLong(7).putDouble(0.1);
        bytes.put((byte) 1).putDouble(0.25).putLong(4);
        bytes.putLong(11).putLong(12).putLong(13);
        bytes.putLong(14).putInt(2).putDouble(0.125).putDouble(-0.0);
        bytes.putInt(1)
                .putLong(1)
                .putDouble(0.1)
                .putLong(10)
                .put((byte) 1)
                .putLong(10)
                .putDouble(0.05)
                .put((byte) 1)
                .putDouble(1.5)
                .putDouble(2.5)
                .put((byte) 1)
                .putDouble(0.75);
        bytes.put((byte) 0).put((byte) 1).putDouble(0.5).put((byte) 0);
        bytes.put((byte) 1)
                .putLong(1L << 60)
                .put((byte) 0)
                .put((byte) 1)
                .putDouble(0.001)
                .put((byte) 0);
        bytes.putDouble(1).putDouble(2).putDouble(3).put((byte) 1).putDouble(7.5);
        bytes.put((byte) 1).putDouble(64);
        bytes.put((byte) 1).putDouble(4.5).put((byte) 0).put((byte) 1).putDouble(0.625);
        bytes.put((byte) 0).put((byte) 1).putDouble(0.25).put((byte) 1).putDouble(8);
        byte[] split = "validation".getBytes(StandardCharsets.UTF_8);
        bytes.putInt(2).putLong(0).putDouble(0).putLong(0).putDouble(0);
        bytes.putInt(split.length).put(split).putDouble(3.5).put((byte) 0);
        bytes.putLong(5).putDouble(0.5).putLong(50).putDouble(1);
        bytes.putInt(split.length).put(split).putDouble(2.5).put((byte) 1).putDouble(0.5);
        for (float[] vector : List.of(PARAMETERS, MOMENTUM)) {
            for (float value : vector) {
                bytes.putFloat(value);
            }
        }
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.array(), 0, bytes.position());
        bytes.putInt((int) checksum.getValue());
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static Checkpoint read(byte[] bytes) throws IOException {
        return CheckpointCodec.read(new ByteArrayInputStream(bytes), PLAN, 3);
    }

    private static void assertEqual(Checkpoint actual, Checkpoint expected) {
        assertThat(actual).usingRecursiveComparison().ignoringFields("vectors").isEqualTo(expected);
        assertThat(actual.vectors()).hasSameSizeAs(expected.vectors());
        for (int i = 0; i < expected.vectors().size(); i++) {
            assertThat(bits(actual.vectors().get(i)))
                    .isEqualTo(bits(expected.vectors().get(i)));
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    @Test
    void theFormatIsWhatItsDescriptionSays() throws IOException {
        assertThat(MemoryCheckpoints.bytes(small())).isEqualTo(written());
        assertEqual(read(written()), small());
        assertThat(CheckpointCodec.check(new ByteArrayInputStream(written()), PLAN))
                .isEqualTo(small().step());
    }

    @Test
    void longVectorsPassThroughTheBuffers() throws IOException {
        int length = 3 * CheckpointOutput.BUFFER_BYTES / Float.BYTES + 17;
        float[] parameters = new float[length];
        float[] momentum = new float[length];
        for (int i = 0; i < length; i++) {
            parameters[i] = Float.intBitsToFloat(i * 7919 & 0x7f7fffff);
            momentum[i] = -i;
        }
        Checkpoint large = checkpoint(List.of(parameters, momentum));
        byte[] bytes = MemoryCheckpoints.bytes(large);
        // A stream that gives few bytes at a time, as a network does.
        InputStream slow = new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int from, int most) {
                return super.read(into, from, Math.min(most, 1021));
            }
        };
        assertEqual(CheckpointCodec.read(slow, PLAN, length), large);
        assertThat(CheckpointCodec.check(new ByteArrayInputStream(bytes), PLAN)).isEqualTo(large.step());
    }

    @Test
    void everyTruncationIsNoticed() {
        byte[] whole = written();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(part)).as("%d bytes", length).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> CheckpointCodec.check(new ByteArrayInputStream(part), PLAN))
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - 1))).hasMessage("it ends too early");
        assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length + 1))).hasMessage("it goes on after its end");
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] whole = written();
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> read(damaged)).as("bit %d", bit).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> CheckpointCodec.check(new ByteArrayInputStream(damaged), PLAN))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatIsNotThisTrainingsIsRefused() {
        assertThatThrownBy(() -> read("not a checkpoint at all".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("it is not a checkpoint");
        byte[] newer = written();
        newer[8] = 6;
        assertThatThrownBy(() -> read(newer)).hasMessage("it has version 6 of the format, but this program reads 5");
        RunPlan other = RunPlans.sgd(Task.REGRESSION, 100, 20, 1000, 0.1).plan();
        assertThatThrownBy(() -> CheckpointCodec.read(new ByteArrayInputStream(written()), other, 3))
                .hasMessage("it is of another training, " + PLAN.trainingId());
        assertThatThrownBy(() -> CheckpointCodec.read(new ByteArrayInputStream(written()), PLAN, 4))
                .hasMessage("it has 2 vectors of 3 parameters, but the model needs 2 of 4");
    }
}
