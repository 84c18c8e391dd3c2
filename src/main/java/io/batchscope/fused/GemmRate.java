package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

import io.batchscope.train.MachineRate;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/**
 * The rate of {@code dnnl_sgemm}, which the fused replica's dense layers run on, for C = A·B of 512×512 matrices: larger
 * ones are not faster, and so small ones often get through between two interruptions. The best of at least three products,
 * since what interrupts one only makes it slower.
 */
public final class GemmRate implements MachineRate {
    private static final long serialVersionUID = 1L;

    /** Rows and columns of the matrices. */
    static final int SIDE = 512;

    /** A multiplication and an addition for each row, column and summand. */
    private static final double OPERATIONS = 2.0 * SIDE * SIDE * SIDE;

    /** Products that are timed at least. */
    static final int FEWEST = 3;

    /** Products that are timed at most. */
    static final int MOST = 100;

    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(60);

    /** {@inheritDoc} Null where oneDNN's native library does not load. */
    @Override
    public @Nullable Double flopsPerSecond() {
        return FusedBackend.problem() == null ? measured(System::nanoTime) : null;
    }

    /**
     * The rate by this clock; null if by that a product takes no time.
     *
     * @param clock in nanoseconds, as {@link System#nanoTime}
     */
    static @Nullable Double measured(LongSupplier clock) {
        try (Block a = ones();
                Block b = ones();
                Block c = ones()) {
            // The first product makes the machine code and wakes the threads.
            multiply(a.start(), b.start(), c.start());
            long begin = clock.getAsLong();
            long best = Long.MAX_VALUE;
            for (int i = 0; i < MOST && (i < FEWEST || clock.getAsLong() - begin < NANOS); i++) {
                long start = clock.getAsLong();
                multiply(a.start(), b.start(), c.start());
                best = Math.min(best, clock.getAsLong() - start);
            }
            return best > 0 ? (Double) (OPERATIONS / best * 1e9) : null;
        }
    }

    private static Block ones() {
        Block block = new Block((long) SIDE * SIDE);
        float[] row = new float[SIDE];
        Arrays.fill(row, 1f);
        for (int i = 0; i < SIDE; i++) {
            block.start().position((long) i * SIDE).put(row);
        }
        block.start().position(0);
        return block;
    }

    /** C = A·B, row by row, each {@code [SIDE, SIDE]}. */
    static void multiply(FloatPointer a, FloatPointer b, FloatPointer c) {
        check(
                dnnl_sgemm((byte) 'N', (byte) 'N', SIDE, SIDE, SIDE, 1f, a, SIDE, b, SIDE, 0f, c, SIDE),
                "a matrix product");
    }
}
