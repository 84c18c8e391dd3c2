package io.batchscope.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.units.BatchTrajectory.Phase;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTrajectoryTest {
    @ParameterizedTest
    @CsvSource({"10, 4", "10, 1", "10, 10", "7, 3", "1, 1"})
    void withOneSizeItIsTheGeometryOfItsEpochs(long examples, long batchSize) {
        BatchTrajectory trajectory = BatchTrajectory.constant(examples, batchSize);
        EpochGeometry geometry = new EpochGeometry(examples, batchSize);
        for (long step = 0; step < 40; step++) {
            assertThat(trajectory.sizeOf(step)).isEqualTo(geometry.sizeOf(step));
            assertThat(trajectory.startOf(step)).isEqualTo(geometry.startOf(step));
            assertThat(trajectory.epochOf(step)).isEqualTo(geometry.epochOf(step));
            assertThat(trajectory.examplesAfter(step)).isEqualTo(geometry.examplesAfter(step));
            assertThat(trajectory.epochsAfter(step)).isEqualTo(geometry.epochsAfter(step));
            assertThat(trajectory.stepsForExamples(step)).isEqualTo(geometry.stepsForExamples(step));
        }
    }

    /** Against a walk through the epochs, one update after the other. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isWhatAWalkThroughTheEpochsGives(long seed) {
        Random random = new Random(seed);
        long examples = 20L + random.nextInt(30);
        SortedMap<Long, Long> sizes = new TreeMap<>();
        long first = 1L + random.nextInt(9);
        sizes.put(0L, first);
        BatchTrajectory trajectory = BatchTrajectory.constant(examples, first);
        for (long at = random.nextInt(5); at < 60; at += 1 + random.nextInt(20)) {
            long next = 1L + random.nextInt((int) examples);
            sizes.put(at, next);
            trajectory = trajectory.then(at, next);
        }
        long seen = 0;
        for (long step = 0; step < 90; step++) {
            long size = sizes.getOrDefault(sizes.headMap(step + 1).lastKey(), 0L);
            long left = examples - seen % examples;
            assertThat(trajectory.examplesAfter(step)).isEqualTo(seen);
            assertThat(trajectory.batchSizeAt(step)).isEqualTo(size);
            assertThat(trajectory.sizeOf(step)).isEqualTo((int) Math.min(size, left));
            assertThat(trajectory.startOf(step)).isEqualTo(seen % examples);
            assertThat(trajectory.epochOf(step)).isEqualTo(seen / examples);
            assertThat(trajectory.stepsForExamples(seen)).isEqualTo(step);
            assertThat(trajectory.stepsForExamples(seen + 1)).isEqualTo(step + 1);
            seen += Math.min(size, left);
        }
        assertThat(trajectory.largestBatch())
                .isGreaterThanOrEqualTo(trajectory.batchSizeAt(0))
                .isIn(sizes.values());
    }

    @Test
    void aChangeWithinAnEpochTakesTheRestOfItInLargerBatches() {
        BatchTrajectory trajectory = BatchTrajectory.constant(10, 2).then(2, 4);
        // 2 2 | 4 2 (end of the epoch) | 4 4 2
        assertThat(trajectory.phases()).containsExactly(new Phase(0, 2, 0), new Phase(2, 4, 4));
        assertThat(new int[] {trajectory.sizeOf(2), trajectory.sizeOf(3), trajectory.sizeOf(4), trajectory.sizeOf(6)})
                .containsExactly(4, 2, 4, 2);
        assertThat(trajectory.then(7, 4)).isEqualTo(trajectory);
        assertThat(trajectory.then(2, 5).phases()).containsExactly(new Phase(0, 2, 0), new Phase(2, 5, 4));
    }

    @Test
    void refusesWhatIsNoCourse() {
        BatchTrajectory trajectory = BatchTrajectory.constant(10, 2).then(5, 4);
        assertThatThrownBy(() -> trajectory.then(4, 8)).hasMessage("update 4 comes before the last change, at 5");
        assertThatThrownBy(() -> trajectory.then(6, 11)).hasMessage("batchSize must be in 1 … 10, but is 11");
        assertThatThrownBy(() -> new BatchTrajectory(10, java.util.List.of(new Phase(1, 2, 0))))
                .hasMessageStartingWith("phases must begin with update 0");
    }
}
