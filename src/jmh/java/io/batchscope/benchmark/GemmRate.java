package io.batchscope.benchmark;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * How fast this machine multiplies matrices on one thread: single-precision products C = A·B of 1024×1024 matrices with
 * the library that the replicas use. The yardstick for a step.
 */
final class GemmRate implements AutoCloseable {
    private static final int SIDE = 1024;

    private final FloatPointer a = filled();
    private final FloatPointer b = filled();
    private final FloatPointer c = filled();

    GemmRate() {
        openblas.blas_set_num_threads(1);
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
        openblas.cblas_sgemm(
                openblas.CblasRowMajor,
                openblas.CblasNoTrans,
                openblas.CblasNoTrans,
                SIDE,
                SIDE,
                SIDE,
                1f,
                a,
                SIDE,
                b,
                SIDE,
                0f,
                c,
                SIDE);
    }

    @Override
    public void close() {
        a.close();
        b.close();
        c.close();
    }
}
