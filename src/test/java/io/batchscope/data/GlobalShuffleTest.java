package io.batchscope.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlobalShuffleTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 255, 256, 257, 1000, 65_537})
    void givesEveryRowItsOwnPlace(long size) {
        GlobalShuffle shuffle = new GlobalShuffle(size, 17);
        long[] places = LongStream.range(0, size).map(shuffle::placeOf).sorted().toArray();
        assertThat(places).isEqualTo(LongStream.range(0, size).toArray());
    }

    @Test
    void dependsOnTheSeed() {
        assertThat(places(1000, 1)).isEqualTo(places(1000, 1)).isNotEqualTo(places(1000, 2));
    }

    @Test
    void spreadsNeighboursOverTheWholeRange() {
        long[] places = places(10_000, 3);
        // The mean distance of two uniform places is a third of the range; its standard error here is about 24.
        double distance = LongStream.range(1, 10_000)
                .map(i -> Math.abs(places[(int) i] - places[(int) i - 1]))
                .average()
                .orElseThrow();
        assertThat(distance).isBetween(3333.0 - 150, 3333.0 + 150);
    }

    @Test
    void putsEachOfThreeRowsFirstAboutEquallyOften() {
        int[] first = new int[3];
        for (long seed = 0; seed < 30_000; seed++) {
            GlobalShuffle shuffle = new GlobalShuffle(3, seed);
            for (int row = 0; row < 3; row++) {
                first[row] += shuffle.placeOf(row) == 0 ? 1 : 0;
            }
        }
        assertThat(IntStream.of(first).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(10_000 - 410, 10_000 + 410));
    }

    @Test
    void worksForBillionsOfRows() {
        long size = 5_000_000_000_000L;
        GlobalShuffle shuffle = new GlobalShuffle(size, 4);
        assertThat(LongStream.range(size - 1000, size).map(shuffle::placeOf).distinct())
                .hasSize(1000)
                .allMatch(place -> place >= 0 && place < size);
    }

    @Test
    void refusesWhatIsNoRow() {
        assertThatThrownBy(() -> new GlobalShuffle(5, 1).placeOf(5)).hasMessage("row must be in 0 … 4, but is 5");
        assertThatThrownBy(() -> new GlobalShuffle(0, 1)).hasMessage("a shuffle needs at least 1 row, but has 0");
    }

    private static long[] places(long size, long seed) {
        GlobalShuffle shuffle = new GlobalShuffle(size, seed);
        return LongStream.range(0, size).map(shuffle::placeOf).toArray();
    }
}
