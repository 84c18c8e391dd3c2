package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The order in which a ring adds, bit for bit. */
@Timeout(60)
class RingOrderTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int MOST_RANKS = 6;
    // Below, at and above the number of ranks; chunks of one slice, of several, and with a rest.
    private static final int[] LENGTHS = {0, 1, 2, 3, 4, 5, 7, 1000, 16_384, 50_001, 1_000_003};

    static Stream<Arguments> rings() {
        return IntStream.rangeClosed(2, MOST_RANKS)
                .boxed()
                .flatMap(size -> Stream.of(Arguments.of(size, false), Arguments.of(size, true)));
    }

    // Of each rank, the longest; shorter ones are what they begin with.
    private static final List<float[]> FLOATS = new ArrayList<>();
    private static final List<double[]> DOUBLES = new ArrayList<>();

    @BeforeAll
    static void makeSummands() {
        int longest = LENGTHS[LENGTHS.length - 1];
        for (int rank = 0; rank < MOST_RANKS; rank++) {
            Random random = new Random(rank);
            float[] floats = new float[longest];
            double[] doubles = new double[longest];
            for (int i = 0; i < longest; i++) {
                doubles[i] = (random.nextDouble() - 0.5) * (1 << random.nextInt(20));
                floats[i] = (float) doubles[i];
            }
            FLOATS.add(floats);
            DOUBLES.add(doubles);
        }
    }

    @AfterAll
    static void freeSummands() {
        FLOATS.clear();
        DOUBLES.clear();
    }

    @ParameterizedTest
    @MethodSource("rings")
    void addsEachChunkFromTheRankOfItsNumberOnwards(int size, boolean encrypted) throws Exception {
        List<float[]> floatSums = IntStream.of(LENGTHS)
                .mapToObj(length -> floatSums(size, length))
                .toList();
        List<double[]> doubleSums = IntStream.of(LENGTHS)
                .mapToObj(length -> doubleSums(size, length))
                .toList();
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(size, LONG, encrypted), c -> {
            String wrong = "";
            for (int i = 0; i < LENGTHS.length; i++) {
                int length = LENGTHS[i];
                float[] floats = Arrays.copyOf(FLOATS.get(c.rank()), length);
                double[] doubles = Arrays.copyOf(DOUBLES.get(c.rank()), length);
                c.allReduceSum(floats, 0, length);
                c.allReduceSum(doubles, 0, length);
                int firstFloat = Arrays.mismatch(floats, floatSums.get(i));
                int firstDouble = Arrays.mismatch(doubles, doubleSums.get(i));
                wrong += firstFloat < 0 && firstDouble < 0 ? "" : length + "[" + firstFloat + ", " + firstDouble + "] ";
            }
            return wrong;
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(""));
    }

    /** In the specified order; equal only bit for bit, as none is NaN. */
    private static float[] floatSums(int size, int length) {
        float[] sums = new float[length];
        for (int chunk = 0; chunk < size; chunk++) {
            int end = (int) ((chunk + 1L) * length / size);
            for (int i = (int) ((long) chunk * length / size); i < end; i++) {
                sums[i] = FLOATS.get(chunk)[i];
                for (int other = 1; other < size; other++) {
                    sums[i] += FLOATS.get((chunk + other) % size)[i];
                }
            }
        }
        return sums;
    }

    private static double[] doubleSums(int size, int length) {
        double[] sums = new double[length];
        for (int chunk = 0; chunk < size; chunk++) {
            int end = (int) ((chunk + 1L) * length / size);
            for (int i = (int) ((long) chunk * length / size); i < end; i++) {
                sums[i] = DOUBLES.get(chunk)[i];
                for (int other = 1; other < size; other++) {
                    sums[i] += DOUBLES.get((chunk + other) % size)[i];
                }
            }
        }
        return sums;
    }
}
