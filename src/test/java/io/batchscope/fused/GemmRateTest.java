package io.batchscope.fused;

import static org.assertj.core.api.Assertions.assertThat;

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

    @Test
    void givesARate() {
        assertThat(new GemmRate().flopsPerSecond()).isFinite().isPositive();
    }
}
