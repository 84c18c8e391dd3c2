package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.SplitMix;
import io.batchscope.testing.RankThreads;
import io.batchscope.train.Replica.Range;
import io.batchscope.train.SignExchange.Format;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignExchangeTest {
    private static final float HELD = 77.5f;

    /** An encoder of one rank of which about {@code sent} of a thousand elements are to be sent, those of rank 0 never. */
    private static ThresholdEncoder encoder(GradientParts parts, int rank, int sent) {
        SplitMix random = new SplitMix(rank);
        float[] gradient = new float[parts.length()];
        for (int i = 0; i < gradient.length; i++) {
            boolean beyond = random.below(1000) < sent;
            gradient[i] = (random.below(2) == 0 ? 1f : -1f) * (beyond && rank > 0 ? 2 : 0.5f);
        }
        ThresholdEncoder encoder = new ThresholdEncoder(parts);
        encoder.encode(gradient, 1, ThresholdEncoder.UNBOUNDED);
        return encoder;
    }

    private static float[] exchanged(Collective collective, GradientParts parts, int perThousand, Format format) {
        ThresholdEncoder encoder = encoder(parts, collective.rank(), perThousand);
        int[] sent = new int[collective.size()];
        for (int rank = 0; rank < sent.length; rank++) {
            sent[rank] = encoder(parts, rank, perThousand).sent();
        }
        float[] sums = new float[parts.length()];
        Arrays.fill(sums, HELD);
        SignExchange exchange = new SignExchange(collective, parts);
        // Twice, since nothing may be left of the round before.
        exchange.sum(encoder.signs(), sent, format, sums);
        exchange.sum(encoder.signs(), sent, format, sums);
        return sums;
    }

    @ParameterizedTest
    @CsvSource({"1, 100, 500", "2, 100, 20", "2, 1, 500", "2, 3, 0", "3, 1000, 30", "4, 257, 60", "5, 100, 40"})
    void everyFormatGivesTheSameBits(int ranks, int length, int perThousand) throws Exception {
        Range held = new Range(length / 2, length / 2 + length / 10);
        GradientParts parts = new GradientParts(List.of(held), length);
        float[] expected = new float[length];
        for (int rank = 0; rank < ranks; rank++) {
            int[] signs = encoder(parts, rank, perThousand).signs();
            for (int i = 0; i < length; i++) {
                int code = (signs[i / 16] >>> (2 * (i % 16))) & 3;
                expected[i] += code == 1 ? 1 : code == 2 ? -1 : 0;
            }
        }
        Arrays.fill(expected, held.from(), held.to(), HELD);
        for (Format format : Format.values()) {
            for (float[] sums :
                    RankThreads.run(ranks, collective -> exchanged(collective, parts, perThousand, format))) {
                assertThat(sums)
                        .as(format.name())
                        .usingComparatorWithPrecision(0f)
                        .isEqualTo(expected);
                assertThat(sums).usingElementComparator(Float::compare).doesNotContain(-0f);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Of 1600 elements a bitmap is 100 words; an all-reduce is 1600 words a rank for two ranks, 3100 for 32.
        "2, 1600, 0, 0, SPARSE",
        "2, 1600, 99, 99, SPARSE",
        "2, 1600, 99, 0, SPARSE",
        "2, 1600, 100, 100, BITMAP",
        "2, 1600, 1600, 1600, BITMAP",
        "3, 1600, 99, 99, SPARSE",
        "3, 1600, 100, 100, BITMAP",
        "32, 1600, 99, 99, SPARSE",
        "32, 1600, 100, 100, BITMAP",
        "34, 1600, 60, 60, SPARSE",
        "34, 1600, 100, 100, DENSE",
        "40, 1600, 70, 70, SPARSE",
        "40, 1600, 80, 80, DENSE",
        "1, 1600, 0, 0, BITMAP",
        "1, 1600, 1600, 1600, BITMAP"
    })
    void theFormatIsThatWithTheFewestBytes(int ranks, int length, int sentByFirst, int sentByOthers, Format format) {
        int[] sent = new int[ranks];
        Arrays.fill(sent, sentByOthers);
        sent[0] = sentByFirst;
        assertThat(SignExchange.cheapest(sent, length)).isEqualTo(format);
    }

    /** Counts of every size, for few and many ranks: what is chosen fits, and no rank sends more than for an all-reduce. */
    @Test
    void messagesFitAndNeverTakeMoreThanTheGradientItself() {
        SplitMix random = new SplitMix(3);
        for (int round = 0; round < 3000; round++) {
            int ranks = 1 + (int) random.below(48);
            int length = 1 + (int) random.below(random.below(2) == 0 ? 40 : 5000);
            int[] sent = new int[ranks];
            int most = 1 + (int) random.below(length);
            long all = 0;
            long least = length;
            for (int rank = 0; rank < ranks; rank++) {
                sent[rank] = random.below(5) == 0 ? 0 : (int) random.below(most + 1);
                all += sent[rank];
                least = Math.min(least, sent[rank]);
            }
            int words = (length + 15) / 16;
            long gathered =
                    switch (SignExchange.cheapest(sent, length)) {
                        case SPARSE -> all;
                        case BITMAP -> (long) ranks * words;
                        case DENSE -> 0;
                    };
            long fewest = SignExchange.cheapest(sent, length) == Format.SPARSE ? least : words;
            assertThat(gathered)
                    .as("%d ranks, %d elements, %d of them sent", ranks, length, all)
                    .isLessThanOrEqualTo(SignExchange.messageWords(length, ranks));
            // In an all-reduce every rank sends all chunks but one, twice; the longest of them has ⌈length/ranks⌉.
            int longest = (length + ranks - 1) / ranks;
            if (gathered > 0) {
                assertThat(gathered - fewest).isLessThanOrEqualTo(2L * (length - longest));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"SPARSE", "BITMAP", "DENSE"})
    void bytesAreThoseOfTheFormat(Format format) throws Exception {
        int length = 320;
        GradientParts parts = new GradientParts(List.of(), length);
        List<Long> bytes = RankThreads.run(3, collective -> {
            exchanged(collective, parts, 50, format);
            return collective.sentBytes();
        });
        int[] sent = new int[3];
        for (int rank = 0; rank < 3; rank++) {
            sent[rank] = encoder(parts, rank, 50).sent();
        }
        assertThat(sent[1]).isNotEqualTo(sent[2]).isPositive();
        for (int rank = 0; rank < 3; rank++) {
            // Two exchanges of words of four bytes.
            switch (format) {
                case SPARSE -> assertThat(bytes.get(rank)).isEqualTo(8L * (sent[rank] + sent[(rank + 2) % 3]));
                case BITMAP -> assertThat(bytes.get(rank)).isEqualTo(8L * 2 * length / 16);
                case DENSE -> assertThat(bytes.get(rank)).isBetween(8L * 2 * (length - 107), 8L * 2 * (length - 106));
            }
        }
    }
}
