package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every collective promises. */
@Timeout(60)
class CollectiveContractTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final int[] LENGTHS = {0, 1, 2, 3, 1000, 300_001};

    /** One way to connect ranks. */
    record Kind(String name, int size, BiFunction<Integer, Duration, List<Collective>> connect) {
        List<Collective> within(Duration timeout) {
            return connect.apply(size, timeout);
        }

        @Override
        public String toString() {
            return name + " of " + size;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.concat(
                Stream.of(2, 3, 4).map(size -> new Kind("local", size, LocalCollective::of)),
                Stream.of(2, 3, 4, 5).map(size -> new Kind("ring", size, Ranks::ring)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void numbersItsRanks(Kind kind) throws Exception {
        List<Collective> collectives = kind.within(LONG);

        for (int rank = 0; rank < kind.size(); rank++) {
            assertThat(collectives.get(rank).rank()).isEqualTo(rank);
            assertThat(collectives.get(rank).size()).isEqualTo(kind.size());
        }
        collectives.forEach(Collective::close);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void sumsExactlyInOneOperationAfterTheOther(Kind kind) throws Exception {
        int n = kind.size();
        // Rank r holds i + 1000·r at index i, so the sum is n·i + 1000·n(n − 1)/2: below 2²⁴, exact in float.
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.within(LONG), c -> {
            StringBuilder wrong = new StringBuilder();
            for (int length : LENGTHS) {
                float[] floats = new float[length];
                double[] doubles = new double[length];
                for (int i = 0; i < length; i++) {
                    floats[i] = i + 1000 * c.rank();
                    doubles[i] = floats[i];
                }
                c.allReduceSum(floats, 0, length);
                c.allReduceSum(doubles, 0, length);
                for (int i = 0; i < length; i++) {
                    double sum = (double) n * i + 500.0 * n * (n - 1);
                    if (floats[i] != sum || doubles[i] != sum) {
                        wrong.append(length).append('[').append(i).append("] ");
                        break;
                    }
                }
            }
            return wrong.toString();
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(""));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void givesEveryRankTheSameBits(Kind kind) throws Exception {
        List<Ranks.Ended<float[]>> ended = Ranks.onAll(kind.within(LONG), c -> {
            float[] values = randomFloats(c.rank());
            c.allReduceSum(values, 0, values.length);
            return values;
        });

        float[] ofFirst = ended.get(0).value().orElseThrow();
        assertThat(ended)
                .allSatisfy(e -> assertThat(Arrays.equals(ofFirst, e.value().orElseThrow()))
                        .isTrue());
        double[] truth = new double[ofFirst.length];
        for (int rank = 0; rank < kind.size(); rank++) {
            float[] summand = randomFloats(rank);
            for (int i = 0; i < truth.length; i++) {
                truth[i] += summand[i];
            }
        }
        double furthest = 0;
        for (int i = 0; i < truth.length; i++) {
            furthest = Math.max(furthest, Math.abs(truth[i] - ofFirst[i]));
        }
        // Each of n − 1 ≤ 4 additions rounds a value below 32 by at most 2⁻²⁰.
        assertThat(furthest).isLessThan(4e-6);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void repeatsItsBits(Kind kind) throws Exception {
        List<Ranks.Ended<Boolean>> ended = Ranks.onAll(kind.within(LONG), c -> {
            float[] once = randomFloats(c.rank());
            float[] again = once.clone();
            c.allReduceSum(once, 0, once.length);
            c.allReduceSum(again, 0, again.length);
            return Arrays.equals(once, again);
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).hasValue(true));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void leavesWhatLiesOutsideTheRange(Kind kind) throws Exception {
        // The range may lie elsewhere on each rank; only its length has to agree.
        List<Ranks.Ended<double[]>> ended = Ranks.onAll(kind.within(LONG), c -> {
            double[] values = new double[12];
            Arrays.fill(values, 1);
            c.allReduceSum(values, 1 + c.rank(), 4 + c.rank());
            return values;
        });

        for (int rank = 0; rank < kind.size(); rank++) {
            double[] expected = new double[12];
            Arrays.fill(expected, 1);
            Arrays.fill(expected, 1 + rank, 4 + rank, kind.size());
            assertThat(ended.get(rank).value().orElseThrow()).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void failsEverywhereIfOneRankCloses(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.within(LONG), c -> {
            float[] values = new float[300_001];
            c.allReduceSum(values, 0, values.length);
            if (c.rank() == 1) {
                return "left";
            }
            c.allReduceSum(values, 0, values.length);
            return "stayed";
        });

        assertThat(ended.get(1).value()).hasValue("left");
        ended.remove(1);
        assertThat(ended).allSatisfy(e -> {
            assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class);
            assertThat(e.message())
                    .matches("rank \\d.* closed the connection "
                            + "\\(all-reduce 2 of 300001 floats, waited on by rank \\d\\)");
        });
        assertThat(ended).anySatisfy(e -> assertThat(e.message()).startsWith("rank 1"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void saysWhoDidNotComeInTime(Kind kind) throws Exception {
        List<Collective> collectives = kind.within(SHORT);
        CountDownLatch othersGaveUp = new CountDownLatch(kind.size() - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(collectives, c -> {
            if (c.rank() == 1) {
                othersGaveUp.await();
                return "never called";
            }
            try {
                c.allReduceSum(new float[1000], 10, 20);
                return "summed";
            } finally {
                othersGaveUp.countDown();
            }
        });

        ended.remove(1);
        assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class));
        assertThat(ended).anySatisfy(e -> assertThat(e.message())
                .matches("rank 1( \\(127.0.0.1:\\d+\\))? did not answer within 0.3 s "
                        + "\\(all-reduce 1 of 10 floats, waited on by rank \\d\\)"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void refusesAnotherLength(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.within(LONG), c -> {
            float[] values = new float[c.rank() == 1 ? 12 : 10];
            c.allReduceSum(values, 0, values.length);
            return "summed";
        });

        assertMismatch(ended, "12 floats");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void refusesAnotherType(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.within(LONG), c -> {
            if (c.rank() == 1) {
                c.allReduceSum(new double[10], 0, 10);
            } else {
                c.allReduceSum(new float[10], 0, 10);
            }
            return "summed";
        });

        assertMismatch(ended, "10 doubles");
    }

    private static void assertMismatch(List<Ranks.Ended<String>> ended, String odd) {
        assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class));
        assertThat(ended).anySatisfy(e -> assertThat(e.message())
                .matches("rank \\d.* called all-reduce 1 of .* where rank \\d called all-reduce 1 of .*; "
                        + "every rank must call the same operations in the same order \\(.*\\)")
                .contains("all-reduce 1 of 10 floats", "all-reduce 1 of " + odd));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void stopsWhenItsThreadIsInterrupted(Kind kind) throws Exception {
        List<Collective> collectives = kind.within(LONG);
        List<Thread> threads = new ArrayList<>();
        for (int rank = 0; rank < kind.size(); rank++) {
            threads.add(Thread.currentThread());
        }
        CountDownLatch started = new CountDownLatch(kind.size() - 1);
        CountDownLatch othersFailed = new CountDownLatch(kind.size() - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(collectives, c -> {
            if (c.rank() == 1) {
                started.await();
                threads.get(0).interrupt();
                othersFailed.await();
                return "never called";
            }
            threads.set(c.rank(), Thread.currentThread());
            started.countDown();
            try {
                c.allReduceSum(new float[10], 0, 10);
                return "summed";
            } catch (CollectiveException e) {
                throw new AssertionError(
                        e.getMessage() + "; interrupted: "
                                + Thread.currentThread().isInterrupted(),
                        e);
            } finally {
                othersFailed.countDown();
            }
        });

        assertThat(ended.get(0).message())
                .isEqualTo(
                        "rank 0 was interrupted (all-reduce 1 of 10 floats, waited on by rank 0); interrupted: true");
        ended.remove(1);
        assertThat(ended).allSatisfy(e -> assertThat(e.thrown()).as(e.message()).isPresent());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void refusesToGoOnAfterAFailure(Kind kind) throws Exception {
        List<Collective> collectives = kind.within(LONG);
        collectives.get(1).close();

        List<Ranks.Ended<String>> ended = Ranks.onAll(collectives, c -> {
            String messages = "";
            for (int call = 0; call < 2; call++) {
                try {
                    c.allReduceSum(new float[1], 0, 1);
                } catch (CollectiveException e) {
                    messages += e.getMessage() + "\n";
                }
            }
            return messages;
        });

        assertThat(ended)
                .allSatisfy(
                        e -> assertThat(e.value().orElseThrow()).hasLineCount(2).contains("closed"));
    }

    private static float[] randomFloats(int seed) {
        Random random = new Random(seed);
        float[] values = new float[10_007];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
