package io.batchscope.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EpochOrderTest {
    static Stream<Arguments> layouts() {
        List<Arguments> layouts = new ArrayList<>();
        for (int examples : new int[] {1, 2, 7, 24, 60, 101, 1000}) {
            for (int lanes : new int[] {1, 2, 5, 12, 24, 60, 97}) {
                for (int workers : new int[] {1, 2, 3, 4, 7, 12, 30}) {
                    if (lanes <= examples) {
                        layouts.add(Arguments.of(examples, lanes, workers));
                    }
                }
            }
        }
        return layouts.stream();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void visitsEveryExampleOnceAnEpochOverAllRanks(int examples, int lanes, int workers) {
        EpochOrder order = new EpochOrder(examples, lanes, 3);
        for (long epoch : new long[] {0, 1, 17}) {
            List<Integer> visited = new ArrayList<>();
            for (int rank = 0; rank < workers; rank++) {
                visited.addAll(indices(order, epoch, rank, workers, 0, examples));
            }
            Collections.sort(visited);
            assertThat(visited).isEqualTo(allIndices(examples));
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void givesTheSameGlobalBatchesToAnyNumberOfWorkers(int examples, int lanes, int workers) {
        EpochOrder order = new EpochOrder(examples, lanes, 3);
        for (int batch : new int[] {1, 3, 10, 64}) {
            for (int start = 0; start < examples; start += batch) {
                int size = Math.min(batch, examples - start);
                List<Integer> alone = indices(order, 2, 0, 1, start, size);
                Collections.sort(alone);
                assertThat(globalBatch(order, 2, workers, start, size)).isEqualTo(alone);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void sharesBatchesEvenlyWhereWorkersDivideLanes(int examples, int lanes, int workers) {
        if (lanes % workers != 0) {
            return;
        }
        EpochOrder order = new EpochOrder(examples, lanes, 5);
        int full = examples / lanes * lanes;
        for (int batch : new int[] {1, 4, 7, 40, 200}) {
            for (int start = 0; start < examples; start += batch) {
                int size = Math.min(batch, examples - start);
                int[] shares = new int[workers];
                for (int rank = 0; rank < workers; rank++) {
                    shares[rank] = indices(order, 1, rank, workers, start, size).size();
                }
                int spread = Arrays.stream(shares).max().orElseThrow()
                        - Arrays.stream(shares).min().orElseThrow();
                assertThat(spread).isLessThanOrEqualTo(start + size > full ? 2 : 1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void numbersTheExamplesOfAWorkerInAscendingOrder(int examples, int lanes, int workers) {
        EpochOrder order = new EpochOrder(examples, lanes, 5);
        int[] owned = new int[workers];
        for (int index = 0; index < examples; index++) {
            int owner = order.ownerOf(index, workers);
            assertThat(owner).isEqualTo(index % lanes % workers);
            assertThat(order.localIndexOf(index, workers)).isEqualTo(owned[owner]++);
        }
        for (int rank = 0; rank < workers; rank++) {
            assertThat(order.examplesOf(rank, workers)).isEqualTo(owned[rank]);
        }
    }

    @Test
    void shufflesEveryEpochAndEverySeedAnew() {
        List<List<Integer>> orders = new ArrayList<>();
        for (long seed = 0; seed < 6; seed++) {
            for (long epoch = 0; epoch < 6; epoch++) {
                orders.add(indices(new EpochOrder(1000, 24, seed), epoch, 0, 1, 0, 1000));
            }
        }
        assertThat(orders).doesNotHaveDuplicates();
    }

    @Test
    void repeatsWithTheSameSeed() {
        assertThat(indices(new EpochOrder(1000, 24, 9), 4, 1, 3, 0, 1000))
                .isEqualTo(indices(new EpochOrder(1000, 24, 9), 4, 1, 3, 0, 1000));
    }

    @Test
    void putsAnyExampleAnywhereOverTheEpochs() {
        EpochOrder order = new EpochOrder(30, 6, 1);
        int[] firsts = new int[30];
        for (long epoch = 0; epoch < 30_000; epoch++) {
            firsts[indices(order, epoch, 0, 1, 0, 1).get(0)]++;
        }
        // Six standard deviations of a binomial count around its mean of 1000.
        assertThat(IntStream.of(firsts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(1000 - 187, 1000 + 187));
    }

    @Test
    void refusesMoreLanesThanExamples() {
        assertThatThrownBy(() -> new EpochOrder(3, 4, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an order needs 1 <= lanes <= examples, but has lanes 4, examples 3");
    }

    /** A worker's share as indices of examples, in batch order. */
    private static List<Integer> indices(EpochOrder order, long epoch, int rank, int workers, long start, int size) {
        List<Integer> owned = new ArrayList<>();
        for (int index = 0; index < order.examples(); index++) {
            if (order.ownerOf(index, workers) == rank) {
                owned.add(index);
            }
        }
        int[] positions = new int[size];
        int count = order.epoch(epoch, rank, workers).share(start, size, positions);
        List<Integer> share = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            share.add(owned.get(positions[i]));
        }
        return share;
    }

    private static List<Integer> globalBatch(EpochOrder order, long epoch, int workers, long start, int size) {
        List<Integer> batch = new ArrayList<>();
        for (int rank = 0; rank < workers; rank++) {
            batch.addAll(indices(order, epoch, rank, workers, start, size));
        }
        Collections.sort(batch);
        return batch;
    }

    private static List<Integer> allIndices(int examples) {
        List<Integer> all = new ArrayList<>();
        for (int index = 0; index < examples; index++) {
            all.add(index);
        }
        return all;
    }
}
