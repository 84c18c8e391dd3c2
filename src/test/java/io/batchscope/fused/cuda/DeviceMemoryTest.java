package io.batchscope.fused.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.fused.SamplePrograms;
import io.batchscope.train.DeviceMemoryException;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import io.batchscope.train.Window;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.Test;

/** What happens when a device's memory is full. */
class DeviceMemoryTest {
    /** 512 KiB an example behind the convolution alone. */
    private static final Program LARGE = Layers.of(1, 32, 32)
            .convolution(128, Window.square(1, 1), true)
            .rectifier()
            .classifier();

    private static final int FEATURES = 32 * 32;

    private static Replica replica() {
        return CudaReplica.of(LARGE, SamplePrograms.start(LARGE, true), false, "0", true);
    }

    private static long freeBytes() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            assertThat(cudart.cudaMemGetInfo(free, total)).isZero();
            return free.get();
        }
    }

    @Test
    void aBatchThatDoesNotFitIsRefusedAndSmallerOnesStillRun() {
        try (Replica replica = replica()) {
            Batch small = SamplePrograms.batch(0, 2, FEATURES);
            float[] before = new float[LARGE.parameterCount()];
            double loss = replica.gradient(small, 1, false, before);
            int rows = (int) (freeBytes() / (512 << 10)) + 1;

            assertThatThrownBy(() -> replica.score(SamplePrograms.batch(0, rows, FEATURES)))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContaining("GPU 0")
                    .hasMessageContaining(rows + " examples at once");

            float[] after = new float[LARGE.parameterCount()];
            assertThat(replica.gradient(small, 1, false, after)).isEqualTo(loss);
            assertThat(after).isEqualTo(before);
        }
    }

    @Test
    void examplesAreNotKeptWhereTheyTakeTheRoomOfBatches() {
        try (Replica replica = replica()) {
            int all = (int) (freeBytes() / (FEATURES * Float.BYTES));
            assertThat(replica.keep(new SamplePrograms.Noise(all / 3, FEATURES)))
                    .isFalse();
            assertThat(replica.keep(new SamplePrograms.Noise(0, FEATURES))).isFalse();
        }
    }

    @Test
    void examplesThatAreKeptGiveWayToABatch() {
        try (Replica replica = replica()) {
            replica.score(SamplePrograms.batch(0, 1, FEATURES));
            Examples examples = new SamplePrograms.Noise(20_000, FEATURES);
            assertThat(replica.keep(examples)).isTrue();
            long kept = replica.deviceBytes();
            // Fits beside nothing but fits alone.
            int rows = (int) (freeBytes() / (513L << 10)) + 20;
            Batch batch = new Batch(rows, FEATURES);
            batch.fillOnDemand(examples, new int[rows], 0, rows);

            assertThat(replica.score(batch).examples()).isEqualTo(rows);

            assertThat(replica.deviceBytes() - (long) rows * (512 << 10)).isLessThan(kept);
        }
    }
}
