package io.batchscope.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** That what is timed is a matrix product; how long it takes is the machine's matter. */
class GemmRateTest {
    private static final int SIDE = GemmRate.SIDE;

    /** Small whole numbers, so that every sum is exact in a float. */
    private static float[] filled(int factor) {
        float[] values = new float[SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * factor + i / SIDE) % 7 - 3;
        }
        return values;
    }

    @Test
    void multipliesMatrices() {
        float[] left = filled(5);
        float[] right = filled(3);
        float[] product = new float[SIDE * SIDE];
        try (Block a = new Block(SIDE * SIDE);
                Block b = new Block(SIDE * SIDE);
                Block c = new Block(SIDE * SIDE)) {
            a.start().put(left);
            b.start().put(right);
            GemmRate.multiply(a.start(), b.start(), c.start());
            c.start().get(product);
        }
        for (int row = 0; row < SIDE; row += 97) {
            for (int column = 0; column < SIDE; column += 89) {
                double sum = 0;
                for (int k = 0; k < SIDE; k++) {
                    sum += left[row * SIDE + k] * right[k * SIDE + column];
                }
                assertThat(product[row * SIDE + column]).isEqualTo((float) sum);
            }
        }
    }

    /** Says nanoseconds by how often it was asked before. */
    private static final class Clock implements LongSupplier {
        private final LongUnaryOperator nanos;
        private long asked;

        Clock(LongUnaryOperator nanos) {
            this.nanos = nanos;
        }

        @Override
        public long getAsLong() {
            return nanos.applyAsLong(asked++);
        }
    }

    /** 512³ multiplications and as many additions, by a clock on which each product takes a millisecond. */
    @Test
    void countsEveryMultiplicationAndAdditionOfAProduct() {
        assertThat(GemmRate.measured(new Clock(asked -> asked * 1_000_000)))
                .isCloseTo(268_435_456 / 1e-3, withPercentage(1e-9));
    }

    /** The clock is asked at the beginning, before and after each product and, when enough were timed, whether to go on. */
    @Test
    void timesAFewProductsHoweverLongTheyTakeAndNotTooManyHoweverShort() {
        Clock slow = new Clock(asked -> asked * 1_000_000_000);
        assertThat(GemmRate.measured(slow)).isCloseTo(268_435_456, withPercentage(1e-9));
        assertThat(slow.asked).isEqualTo(1 + 2 * GemmRate.FEWEST + 1);

        Clock fast = new Clock(asked -> asked);
        assertThat(GemmRate.measured(fast)).isCloseTo(268_435_456 / 1e-9, withPercentage(1e-9));
        assertThat(fast.asked).isEqualTo(1 + 2 * GemmRate.MOST + (GemmRate.MOST - GemmRate.FEWEST));
    }

    /** The first product takes 9 ms, the second 2 ms, the third 5 ms; then time is up. */
    @Test
    void theFastestProductCounts() {
        long[] millis = {0, 0, 9, 10, 12, 20, 25, 1000};
        Clock clock = new Clock(asked -> millis[(int) asked] * 1_000_000);
        assertThat(GemmRate.measured(clock)).isCloseTo(268_435_456 / 2e-3, withPercentage(1e-9));
    }

    @Test
    void aClockThatStandsStillGivesNoRate() {
        assertThat(GemmRate.measured(() -> 7)).isNull();
    }
}
