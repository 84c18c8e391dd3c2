package io.batchscope.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSizeTest {
    @ParameterizedTest
    @CsvSource({
        // global, workers, micro-batch, per worker, accumulation
        "2048, 4, 256, 512, 2",
        "1, 1, 256, 1, 1",
        "1, 4, 256, 1, 1",
        "7, 2, 2, 4, 2",
        "257, 1, 256, 257, 2",
        "256, 1, 256, 256, 1"
    })
    void sharesABatchEvenWhereNothingDivides(long global, int workers, int micro, long perWorker, int accumulation) {
        BatchSize size = new BatchSize(global, workers, micro);

        assertThat(size.perWorker()).isEqualTo(perWorker);
        assertThat(size.accumulation()).isEqualTo(accumulation);
    }

    @Test
    void refusesNothingToShare() {
        assertThatThrownBy(() -> new BatchSize(0, 1, 1))
                .hasMessage("a batch needs at least 1 example, 1 worker and a micro-batch of 1, but is global 0,"
                        + " workers 1, micro-batch 1");
        assertThatThrownBy(() -> new BatchSize(1, 0, 1)).hasMessageContaining("workers 0");
        assertThatThrownBy(() -> new BatchSize(1, 1, 0)).hasMessageContaining("micro-batch 0");
    }
}
