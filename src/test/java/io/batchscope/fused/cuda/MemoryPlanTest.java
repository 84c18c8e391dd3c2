package io.batchscope.fused.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.SplitMix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlanTest {
    private static final DeviceMemory NOWHERE = new DeviceMemory(0);

    private static DeviceTensor tensor(long bytes, int from, int to) {
        DeviceTensor tensor = DeviceTensor.planned(NOWHERE, bytes);
        tensor.usedBy(from);
        tensor.usedBy(to);
        return tensor;
    }

    @Test
    void whatIsNeededOneAfterTheOtherTakesTurns() {
        // A chain in which each step reads the result of the one before: two places suffice for any length.
        List<DeviceTensor> chain =
                IntStream.range(0, 20).mapToObj(i -> tensor(1024, i, i + 1)).toList();
        assertThat(MemoryPlan.place(chain)).isEqualTo(2048);
    }

    @Test
    void smallOnesFillGaps() {
        DeviceTensor large = tensor(1024, 0, 1);
        DeviceTensor late = tensor(512, 2, 3);
        DeviceTensor always = tensor(256, 0, 3);
        DeviceTensor small = tensor(100, 2, 2);
        assertThat(MemoryPlan.place(List.of(large, late, always, small))).isEqualTo(1280);
        assertThat(small.offset()).isEqualTo(512);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatIsNeededTogetherDoesNotOverlap(long seed) {
        SplitMix random = new SplitMix(seed);
        List<DeviceTensor> tensors = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            int from = (int) random.below(60);
            tensors.add(tensor(1 + random.below(5000), from, from + (int) random.below(20)));
        }

        long bytes = MemoryPlan.place(tensors);

        long mostTogether = 0;
        for (int step = 0; step < 80; step++) {
            int now = step;
            mostTogether = Math.max(
                    mostTogether,
                    tensors.stream()
                            .filter(t -> t.firstStep() <= now && now <= t.lastStep())
                            .mapToLong(DeviceTensor::bytes)
                            .sum());
        }
        assertThat(bytes).isGreaterThanOrEqualTo(mostTogether);
        assertThat((double) bytes).isLessThan(1.5 * mostTogether);
        for (DeviceTensor a : tensors) {
            assertThat(a.offset() % MemoryPlan.ALIGNMENT_BYTES).isZero();
            assertThat(a.offset() + a.bytes()).isLessThanOrEqualTo(bytes);
            for (DeviceTensor b : tensors) {
                boolean together = a.firstStep() <= b.lastStep() && b.firstStep() <= a.lastStep();
                boolean overlap = a.offset() < b.offset() + b.bytes() && b.offset() < a.offset() + a.bytes();
                assertThat(a != b && together && overlap).isFalse();
            }
        }
    }
}
