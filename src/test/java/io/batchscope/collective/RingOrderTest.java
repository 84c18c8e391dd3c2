package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The order in which a ring adds, bit for bit. */
@Timeout(60)
class RingOrderTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    // Below, at and above the number of ranks; chunks of one slice, of several, and with a rest.
    private static final int[] LENGTHS = {0, 1, 2, 3, 4, 5, 7, 1000, 16_384, 50_001, 1_000_003};

    static Stream<Arguments> rings() {
        return IntStream.rangeClosed(2, 6)
                .boxed()
                .flatMap(size -> Stream.of(Arguments.of(size, false), Arguments.of(size, true)));
    }

    @ParameterizedTest
    @MethodSource("rings")
    void addsEachChunkFromTheRankOfItsNumberOnwards(int size, boolean encrypted) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(size, LONG, encrypted), c -> {
            for (int length : LENGTHS) {
                float[] floats = floats(c.rank(), length);
                double[] doubles = doubles(c.rank(), length);
                c.allReduceSum(floats, 0, length);
                c.allReduceSum(doubles, 0, length);
                int wrong = firstWrong(size, floats, doubles);
                if (wrong >= 0) {
                    return length + "[" + wrong + "]";
                }
            }
            return "";
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(""));
    }

    /** Index of the first element that is not, in every bit, the sum in the specified order; −1 if there is none. */
    private static int firstWrong(int size, float[] floats, double[] doubles) {
        int length = floats.length;
        List<float[]> ofFloats =
                IntStream.range(0, size).mapToObj(rank -> floats(rank, length)).toList();
        List<double[]> ofDoubles =
                IntStream.range(0, size).mapToObj(rank -> doubles(rank, length)).toList();
        for (int chunk = 0; chunk < size; chunk++) {
            int end = (int) ((chunk + 1L) * length / size);
            for (int i = (int) ((long) chunk * length / size); i < end; i++) {
                float sum = ofFloats.get(chunk)[i];
                double doubleSum = ofDoubles.get(chunk)[i];
                for (int other = 1; other < size; other++) {
                    sum += ofFloats.get((chunk + other) % size)[i];
                    doubleSum += ofDoubles.get((chunk + other) % size)[i];
                }
                if (Float.floatToRawIntBits(sum) != Float.floatToRawIntBits(floats[i])
                        || Double.doubleToRawLongBits(doubleSum) != Double.doubleToRawLongBits(doubles[i])) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static float[] floats(int rank, int length) {
        Random random = new Random(rank);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (random.nextFloat() - 0.5f) * (1 << random.nextInt(20));
        }
        return values;
    }

    private static double[] doubles(int rank, int length) {
        Random random = new Random(100 + rank);
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = (random.nextDouble() - 0.5) * (1 << random.nextInt(20));
        }
        return values;
    }
}
