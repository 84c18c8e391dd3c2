package io.batchscope.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochGeometryTest {
    @ParameterizedTest
    @CsvSource({
        // examples, batch size, steps an epoch, size of the epoch's last batch
        "10, 1, 10, 1",
        "10, 2, 5, 2",
        "10, 3, 4, 1",
        "10, 4, 3, 2",
        "10, 9, 2, 1",
        "10, 10, 1, 10",
        "1, 1, 1, 1",
        "54000, 512, 106, 240"
    })
    void usesASmallerLastBatchSoThatNothingIsDropped(long examples, long batchSize, long steps, int last) {
        EpochGeometry geometry = new EpochGeometry(examples, batchSize);

        assertThat(geometry.stepsPerEpoch()).isEqualTo(steps);
        assertThat(geometry.sizeOf(steps - 1)).isEqualTo(last);
        assertThat(geometry.startOf(steps - 1) + last).isEqualTo(examples);
        assertThat(geometry.examplesAfter(steps)).isEqualTo(examples);
        assertThat(geometry.startOf(steps)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // step (from 0), epoch, start, size, examples seen before it, for 10 examples at batch size 4
        "0, 0, 0, 4, 0",
        "1, 0, 4, 4, 4",
        "2, 0, 8, 2, 8",
        "3, 1, 0, 4, 10",
        "5, 1, 8, 2, 18",
        "6, 2, 0, 4, 20"
    })
    void placesEveryStep(long step, long epoch, long start, int size, long seen) {
        EpochGeometry geometry = new EpochGeometry(10, 4);

        assertThat(geometry.epochOf(step)).isEqualTo(epoch);
        assertThat(geometry.startOf(step)).isEqualTo(start);
        assertThat(geometry.sizeOf(step)).isEqualTo(size);
        assertThat(geometry.examplesAfter(step)).isEqualTo(seen);
        assertThat(geometry.epochsAfter(step)).isEqualTo(seen / 10.0);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "4, 1", "5, 2", "8, 2", "9, 3", "10, 3", "11, 4", "20, 6", "21, 7"})
    void findsTheFirstStepThatCompletesSoManyExamples(long wanted, long steps) {
        EpochGeometry geometry = new EpochGeometry(10, 4);

        assertThat(geometry.stepsForExamples(wanted)).isEqualTo(steps);
        assertThat(geometry.examplesAfter(steps)).isGreaterThanOrEqualTo(wanted);
    }

    @Test
    void refusesImpossibleSizes() {
        assertThatThrownBy(() -> new EpochGeometry(0, 1)).hasMessage("examples must be at least 1, but is 0");
        assertThatThrownBy(() -> new EpochGeometry(10, 11)).hasMessage("batchSize must be in 1 … 10, but is 11");
        assertThatThrownBy(() -> new EpochGeometry(10, 0)).hasMessage("batchSize must be in 1 … 10, but is 0");
    }
}
