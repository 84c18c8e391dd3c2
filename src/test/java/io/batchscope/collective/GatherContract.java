package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Collective;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every collective promises about gathering, and about the bytes that it counts. {@code kinds()} says for which ones. */
public interface GatherContract {
    @ParameterizedTest
    @MethodSource("kinds")
    default void givesEveryRankTheMessagesOfAll(Kind kind) throws Exception {
        int n = kind.size();
        List<int[]> lengths = List.of(
                IntStream.range(0, n).map(rank -> 10).toArray(),
                IntStream.range(0, n)
                        .map(rank -> rank == 1 ? 0 : 1000 * rank + 1)
                        .toArray(),
                IntStream.range(0, n).map(rank -> rank == 0 ? 0 : 1).toArray(),
                IntStream.range(0, n)
                        .map(rank -> rank == n - 1 ? 300_001 : 3 * rank)
                        .toArray(),
                IntStream.range(0, n).map(rank -> rank == 0 ? 300_001 : 0).toArray(),
                new int[n]);
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            StringBuilder wrong = new StringBuilder();
            for (int[] each : lengths) {
                int[] starts = starts(3, each);
                // In one case nothing lies behind the messages.
                int[] values = new int[starts[n] + (each[0] > 10 ? 0 : 5)];
                Arrays.fill(values, -1);
                Arrays.setAll(values, i -> i < starts[c.rank()] || i >= starts[c.rank() + 1] ? -1 : number(i));
                c.allGather(values, starts);
                int[] expected = new int[values.length];
                Arrays.setAll(expected, i -> i < 3 || i >= starts[n] ? -1 : number(i));
                wrong.append(Arrays.equals(values, expected) ? "" : Arrays.toString(each));
            }
            return wrong.toString();
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(""));
    }

    /** Any, of all bits: some are no numbers if taken for floats. */
    private static int number(int index) {
        return 0x9e37_79b9 * index;
    }

    private static int[] starts(int first, int[] lengths) {
        int[] starts = new int[lengths.length + 1];
        starts[0] = first;
        for (int i = 0; i < lengths.length; i++) {
            starts[i + 1] = starts[i] + lengths[i];
        }
        return starts;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void gathersBetweenSums(Kind kind) throws Exception {
        int n = kind.size();
        int[] starts = IntStream.rangeClosed(0, n).toArray();
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            float[] sum = {1, 2};
            int[] ranks = new int[n];
            ranks[c.rank()] = c.rank();
            c.begin(sum, 0, 1);
            c.begin(sum, 1, 2);
            c.finish();
            c.allGather(ranks, starts);
            c.allReduceSum(sum, 0, 2);
            return Arrays.toString(sum) + Arrays.toString(ranks);
        });

        float[] sum = {n * n, 2 * n * n};
        String expected =
                Arrays.toString(sum) + Arrays.toString(IntStream.range(0, n).toArray());
        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(expected));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void countsTheBytesThatARingSends(Kind kind) throws Exception {
        int n = kind.size();
        int[] sums = {0, 1, n - 1, n + 1, 10_007};
        int[] starts = starts(0, IntStream.range(0, n).map(rank -> 50 * rank).toArray());
        List<Ranks.Ended<List<Long>>> ended = Ranks.onAll(kind.patient(), c -> {
            long atFirst = c.sentBytes();
            for (int length : sums) {
                c.allReduceSum(new float[length], 0, length);
                c.allReduceSum(new double[length + 3], 3, length + 3);
                c.begin(new float[length], 0, length);
                c.finish();
            }
            long afterSums = c.sentBytes();
            c.allGather(new int[starts[n]], starts);
            long afterGather = c.sentBytes();
            c.allReduceSum(new float[12 * n], 0, 12 * n);
            return List.of(atFirst, afterSums, afterGather - afterSums, c.sentBytes() - afterGather);
        });

        for (int rank = 0; rank < n; rank++) {
            long elements = 0;
            for (int length : sums) {
                // What the ring's two phases pass on: each of 2(n − 1) steps one chunk.
                for (int step = 0; step < 2 * (n - 1); step++) {
                    int chunk = Math.floorMod(rank - step, n);
                    elements += (chunk + 1) * length / n - chunk * length / n;
                }
            }
            long gathered = 4L * (starts[n] - 50 * ((rank + 1) % n));
            // Of a vector that all chunks share evenly 2(n − 1)/n.
            assertThat(ended.get(rank).value())
                    .as(ended.get(rank).message())
                    .hasValue(List.of(0L, (4 + 8 + 4) * elements, gathered, 4L * 2 * (n - 1) * 12));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void refusesStartsThatCannotBe(Kind kind) throws Exception {
        int n = kind.size();
        int[] descending = IntStream.rangeClosed(0, n).map(i -> n - i).toArray();
        int[] tooFar = IntStream.rangeClosed(0, n).toArray();
        List<Ranks.Ended<String>> ended = Ranks.onAll(
                kind.patient(),
                c -> refusal(c, new int[n], new int[n + 2])
                        + refusal(c, new int[n], descending)
                        + refusal(c, new int[n - 1], tooFar));

        assertThat(ended).allSatisfy(e -> assertThat(e.value())
                .as(e.message())
                .hasValue("IllegalArgumentException IndexOutOfBoundsException IndexOutOfBoundsException "));
    }

    private static String refusal(Collective c, int[] values, int[] starts) {
        try {
            c.allGather(values, starts);
            return "none ";
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return e.getClass().getSimpleName() + " ";
        }
    }
}
