package io.batchscope.benchmark;

import java.util.Arrays;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;

/**
 * How fast this machine multiplies matrices on one thread ({@code OMP_NUM_THREADS=1}): single-precision products C = A·B
 * of 1024×1024 matrices by {@code dnnl_sgemm} of oneDNN, on which the fused replica runs. The yardstick for a step.
 */
final class GemmRate implements AutoCloseable {
    private static final int SIDE = 1024;

    private final FloatPointer a = filled();
    private final FloatPointer b = filled();
    private final FloatPointer c = filled();

    GemmRate() {
        multiply();
    }

    private static FloatPointer filled() {
        float[] values = new float[SIDE * SIDE];
        Arrays.fill(values, 0.5f);
        return new FloatPointer(values);
    }

    /** Nanoseconds of so many products. */
    long time(int products) {
        long start = System.nanoTime();
        for (int i = 0; i < products; i++) {
            multiply();
        }
        return System.nanoTime() - start;
    }

    /** Floating-point operations of one product. */
    static double operations() {
        return 2.0 * SIDE * SIDE * SIDE;
    }

    private void multiply() {
        int status = dnnl.dnnl_sgemm((byte) 'N', (byte) 'N', SIDE, SIDE, SIDE, 1f, a, SIDE, b, SIDE, 0f, c, SIDE);
        if (status != dnnl.dnnl_success) {
            throw new IllegalStateException("oneDNN refused dnnl_sgemm with status " + status);
        }
    }

    @Override
    public void close() {
        a.close();
        b.close();
        c.close();
    }
}
