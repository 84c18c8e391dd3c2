package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Collective;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every collective promises about its sums; who implements it says by {@code kinds()} for which ones. */
public interface SumContract {
    List<Integer> LENGTHS = List.of(0, 1, 2, 3, 5, 1000, 300_001);

    @ParameterizedTest
    @MethodSource("kinds")
    default void numbersItsRanks(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> c.rank() + " of " + c.size());

        assertThat(ended)
                .extracting(e -> e.value().orElseThrow())
                .containsExactlyElementsOf(IntStream.range(0, kind.size())
                        .mapToObj(rank -> rank + " of " + kind.size())
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void sumsExactlyInOneOperationAfterTheOther(Kind kind) throws Exception {
        int n = kind.size();
        // Rank r holds i + 1000·r at index i, so the sum is n·i + 1000·n(n − 1)/2: below 2²⁴, exact in float.
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
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
    default void addsFloatsInTheOrderThatAllShare(Kind kind) throws Exception {
        for (int length : List.of(1, kind.size() - 1, kind.size() + 1, 10_007)) {
            // The range lies elsewhere on each rank.
            List<Ranks.Ended<float[]>> ended = Ranks.onAll(kind.patient(), c -> {
                float[] values = new float[length + 2 * c.rank()];
                System.arraycopy(Summands.floats(c.rank(), length), 0, values, c.rank(), length);
                c.allReduceSum(values, c.rank(), c.rank() + length);
                return Arrays.copyOfRange(values, c.rank(), c.rank() + length);
            });

            float[] expected = Summands.sumOfFloats(kind.size(), length);
            assertThat(ended)
                    .allSatisfy(e ->
                            assertThat(e.value().orElseThrow()).as(e.message()).isEqualTo(expected));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void addsDoublesInTheOrderThatAllShare(Kind kind) throws Exception {
        int length = 10_007;
        List<Ranks.Ended<double[]>> ended = Ranks.onAll(kind.patient(), c -> {
            double[] values = Summands.doubles(c.rank(), length);
            c.allReduceSum(values, 0, length);
            return values;
        });

        double[] expected = Summands.sumOfDoubles(kind.size(), length);
        assertThat(ended)
                .allSatisfy(
                        e -> assertThat(e.value().orElseThrow()).as(e.message()).isEqualTo(expected));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void repeatsItsBits(Kind kind) throws Exception {
        List<Ranks.Ended<Boolean>> ended = Ranks.onAll(kind.patient(), c -> {
            float[] once = Summands.floats(c.rank(), 10_007);
            float[] again = once.clone();
            c.allReduceSum(once, 0, once.length);
            c.allReduceSum(again, 0, again.length);
            return Arrays.equals(once, again);
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(true));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void leavesWhatLiesOutsideTheRange(Kind kind) throws Exception {
        // The range may lie elsewhere on each rank; only its length has to agree.
        List<Ranks.Ended<double[]>> ended = Ranks.onAll(kind.patient(), c -> {
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
    default void keepsSignedZerosAndInfinities(Kind kind) throws Exception {
        float infinity = Float.POSITIVE_INFINITY;
        List<Ranks.Ended<float[]>> ended = Ranks.onAll(kind.patient(), c -> {
            float[] values = c.rank() == 1
                    ? new float[] {-0f, -0f, infinity, -infinity, Float.NaN, Float.MAX_VALUE}
                    : new float[] {-0f, 0f, 1, infinity, 1, Float.MAX_VALUE};
            c.allReduceSum(values, 0, values.length);
            return values;
        });

        // Compares as Float.equals does: signs of zeros count, and one NaN is as good as another.
        assertThat(ended).allSatisfy(e -> assertThat(e.value().orElseThrow())
                .containsExactly(-0f, 0f, infinity, Float.NaN, Float.NaN, infinity));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void sumsInFlightGiveTheSameAsOneAfterTheOther(Kind kind) throws Exception {
        int[] lengths = {1000, 1, 0, 100_003, kind.size(), 17};
        int total = IntStream.of(lengths).sum();
        List<Ranks.Ended<Boolean>> ended = Ranks.onAll(kind.patient(), c -> {
            boolean same = true;
            float[] own = Summands.floats(c.rank(), total);
            for (int round = 0; round < 2; round++) {
                float[] inFlight = own.clone();
                float[] oneByOne = own.clone();
                // From the end, as gradients come.
                for (int i = lengths.length - 1, to = total; i >= 0; to -= lengths[i--]) {
                    c.begin(inFlight, to - lengths[i], to);
                }
                c.finish();
                for (int i = lengths.length - 1, to = total; i >= 0; to -= lengths[i--]) {
                    c.allReduceSum(oneByOne, to - lengths[i], to);
                }
                same &= Arrays.equals(inFlight, oneByOne);
            }
            return same;
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(true));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void hasNothingToFinishWhereNothingWasBegun(Kind kind) throws Exception {
        List<Ranks.Ended<Float>> ended = Ranks.onAll(kind.patient(), c -> {
            c.finish();
            float[] values = {c.rank()};
            c.begin(values, 0, 1);
            c.finish();
            c.finish();
            c.allReduceSum(values, 0, 1);
            return values[0];
        });

        int n = kind.size();
        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(n * (n * (n - 1) / 2f)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void refusesRangesOutsideTheVector(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), SumContract::callOutside);

        assertThat(ended)
                .allSatisfy(e -> assertThat(e.thrown().orElseThrow()).isInstanceOf(IndexOutOfBoundsException.class));
    }

    private static String callOutside(Collective c) {
        c.allReduceSum(new float[3], 2, 4);
        return "summed";
    }

    /** Numbers of very different sizes, so that the order in which they are added shows; and what their sums must be. */
    final class Summands {
        private Summands() {}

        static double[] doubles(int seed, int length) {
            Random random = new Random(seed);
            double[] values = new double[length];
            for (int i = 0; i < length; i++) {
                values[i] = Math.scalb(random.nextGaussian(), random.nextInt(60) - 30);
            }
            return values;
        }

        static float[] floats(int seed, int length) {
            Random random = new Random(seed);
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                values[i] = (float) Math.scalb(random.nextGaussian(), random.nextInt(30) - 15);
            }
            return values;
        }

        /** As {@link Collective} says: chunk c's sum starts at rank c and goes round. */
        static float[] sumOfFloats(int ranks, int length) {
            float[] sums = new float[length];
            for (int chunk = 0; chunk < ranks; chunk++) {
                for (int step = 0; step < ranks; step++) {
                    float[] summand = floats((chunk + step) % ranks, length);
                    for (int i = start(chunk, ranks, length); i < start(chunk + 1, ranks, length); i++) {
                        sums[i] = step == 0 ? summand[i] : sums[i] + summand[i];
                    }
                }
            }
            return sums;
        }

        static double[] sumOfDoubles(int ranks, int length) {
            double[] sums = new double[length];
            for (int chunk = 0; chunk < ranks; chunk++) {
                for (int step = 0; step < ranks; step++) {
                    double[] summand = doubles((chunk + step) % ranks, length);
                    for (int i = start(chunk, ranks, length); i < start(chunk + 1, ranks, length); i++) {
                        sums[i] = step == 0 ? summand[i] : sums[i] + summand[i];
                    }
                }
            }
            return sums;
        }

        private static int start(int chunk, int ranks, int length) {
            return (int) Math.floor((double) chunk * length / ranks);
        }
    }
}
