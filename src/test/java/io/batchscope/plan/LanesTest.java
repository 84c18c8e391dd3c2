package io.batchscope.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanesTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "63, 1",
        "64, 2",
        "383, 2",
        "384, 12",
        "1919, 12",
        "1920, 60",
        "26879, 60",
        "26880, 840",
        "54000, 840",
        "161280, 5040",
        "1774080, 55440",
        "23063040, 720720",
        "9000000000, 720720"
    })
    void leavesThirtyTwoExamplesALane(long examples, int lanes) {
        assertThat(Lanes.count(examples, List.of())).isEqualTo(lanes);
    }

    @Test
    void becomesAMultipleOfTheWorkersAskedFor() {
        assertThat(Lanes.count(54_000, List.of(8))).isEqualTo(840);
        assertThat(Lanes.count(54_000, List.of(16))).isEqualTo(1680);
        assertThat(Lanes.count(54_000, List.of(11))).isEqualTo(9240);
    }

    @Test
    void neverExceedsTheExamples() {
        assertThat(Lanes.count(10, List.of(7))).isEqualTo(7);
        assertThat(Lanes.count(10, List.of(11))).isEqualTo(1);
        assertThat(Lanes.count(50_000, List.of(997))).isEqualTo(840);
    }

    @Test
    void becomesAMultipleOfAllNumbersOfWorkersThatFit() {
        assertThat(Lanes.count(54_000, List.of(1, 2, 4))).isEqualTo(840);
        assertThat(Lanes.count(54_000, List.of(1, 9, 16))).isEqualTo(5040);
        assertThat(Lanes.count(1000, List.of(4, 997))).isEqualTo(12);
    }
}
