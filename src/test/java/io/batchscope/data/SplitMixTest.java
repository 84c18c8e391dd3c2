package io.batchscope.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitMixTest {
    @Test
    void givesThePublishedSequenceOfSplitMix64() {
        SplitMix random = new SplitMix(1234567);
        assertThat(new String[] {
                    Long.toUnsignedString(random.next()),
                    Long.toUnsignedString(random.next()),
                    Long.toUnsignedString(random.next()),
                    Long.toUnsignedString(random.next()),
                    Long.toUnsignedString(random.next())
                })
                .containsExactly(
                        "6457827717110365317",
                        "3203168211198807973",
                        "9817491932198370423",
                        "4593380528125082431",
                        "16408922859458223821");
        assertThat(new SplitMix(0).next()).isEqualTo(0xE220A8397B1DCDAFL);
    }

    @Test
    void drawsEveryValueBelowTheBoundAboutEquallyOften() {
        SplitMix random = new SplitMix(5);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[(int) random.below(7)]++;
        }
        // Five standard deviations of a binomial count around its mean of 10,000.
        assertThat(IntStream.of(counts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(10_000 - 463, 10_000 + 463));
    }

    @Test
    void staysBelowTheLargestBounds() {
        SplitMix random = new SplitMix(6);
        for (long bound : new long[] {1, 2, (1L << 62) + 1, Long.MAX_VALUE}) {
            for (int i = 0; i < 100; i++) {
                assertThat(random.below(bound)).isBetween(0L, bound - 1);
            }
        }
    }

    @Test
    void refusesABoundBelowOne() {
        assertThatThrownBy(() -> new SplitMix(1).below(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bound must be at least 1, but is 0");
    }

    @Test
    void permutesAllNumbersOnce() {
        int[] permutation = new SplitMix(7).permutation(1000);
        assertThat(permutation).isNotEqualTo(IntStream.range(0, 1000).toArray());
        Arrays.sort(permutation);
        assertThat(permutation).isEqualTo(IntStream.range(0, 1000).toArray());
        assertThat(new SplitMix(7).permutation(0)).isEmpty();
    }
}
