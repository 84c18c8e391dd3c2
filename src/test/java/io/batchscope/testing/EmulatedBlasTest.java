package io.batchscope.testing;

import static io.batchscope.testing.CudaWork.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products by cuBLAS, against sums in plain Java. */
class EmulatedBlasTest {
    private static final double TOLERANCE = 1e-6;
    private static final int M = 5;
    private static final int N = 7;
    private static final int K = 9;
    private static final int LEADING_C = M + 4;

    /** A product 2 A B + beta C, of which A, B or both are kept transposed; leading dimensions exceed the rows. */
    private record Product(boolean flipA, boolean flipB, float beta) {
        int leadingA() {
            return (flipA ? K : M) + 2;
        }

        int leadingB() {
            return (flipB ? N : K) + 3;
        }

        float[] a() {
            return numbers(leadingA() * (flipA ? M : K), 1);
        }

        float[] b() {
            return numbers(leadingB() * (flipB ? K : N), 2);
        }

        double expected(int row, int column, double old) {
            double sum = 0;
            for (int k = 0; k < K; k++) {
                double a = flipA ? a()[row * leadingA() + k] : a()[k * leadingA() + row];
                double b = flipB ? b()[k * leadingB() + column] : b()[column * leadingB() + k];
                sum += a * b;
            }
            return 2 * sum + (beta == 0 ? 0 : beta * old);
        }

        int run(cublasContext handle, FloatPointer a, FloatPointer b, FloatPointer c) {
            try (FloatPointer alpha = new FloatPointer(new float[] {2});
                    FloatPointer factor = new FloatPointer(new float[] {beta})) {
                int status = cublas.cublasSgemm_v2(
                        handle,
                        flipA ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N,
                        flipB ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N,
                        M,
                        N,
                        K,
                        alpha,
                        a,
                        leadingA(),
                        b,
                        leadingB(),
                        factor,
                        c,
                        LEADING_C);
                // Read at the call, not when the product is made.
                alpha.put(Float.NaN);
                return status;
            }
        }
    }

    private static float[] numbers(int count, long seed) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        return numbers;
    }

    private static cublasContext handle(CUstream_st stream) {
        cublasContext handle = new cublasContext();
        check(cublas.cublasCreate_v2(handle));
        check(cublas.cublasSetStream_v2(handle, stream));
        return handle;
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, 0",
        "true, false, 0",
        "false, true, 0",
        "true, true, 0",
        "false, false, 0.5",
        "true, true, 1"
    })
    void multipliesAsPlainSumsDo(boolean flipA, boolean flipB, float beta) {
        Product product = new Product(flipA, flipB, beta);
        try (CudaWork work = new CudaWork(0)) {
            cublasContext handle = handle(work.stream());
            float[] before = numbers(LEADING_C * N, 3);
            FloatPointer c = beta == 0 ? work.onDevice(before.length) : work.onDevice(before);
            check(product.run(handle, work.onDevice(product.a()), work.onDevice(product.b()), c));
            float[] after = work.read(c, before.length);
            for (int column = 0; column < N; column++) {
                for (int row = 0; row < LEADING_C; row++) {
                    int place = column * LEADING_C + row;
                    if (row < M) {
                        assertThat((double) after[place])
                                .isCloseTo(product.expected(row, column, before[place]), within(TOLERANCE));
                    } else {
                        assertThat(after[place]).isEqualTo(Float.valueOf(beta == 0 ? Float.NaN : before[place]));
                    }
                }
            }
            check(cublas.cublasDestroy_v2(handle));
        }
    }

    @Test
    void tensorFloatsKeepTenBits() {
        Product product = new Product(false, false, 0);
        try (CudaWork work = new CudaWork(0)) {
            cublasContext handle = handle(work.stream());
            check(cublas.cublasSetMathMode(handle, cublas.CUBLAS_TF32_TENSOR_OP_MATH));
            FloatPointer c = work.onDevice(LEADING_C * N);
            check(product.run(handle, work.onDevice(product.a()), work.onDevice(product.b()), c));
            double error = Math.abs(work.read(c, 1)[0] - product.expected(0, 0, 0));
            // Factors up to one half, each rounded by less than half of 2^-11 of it.
            assertThat(error).isBetween(TOLERANCE, 2 * K * 0.25 * Math.pow(2, -11));
            check(cublas.cublasDestroy_v2(handle));
        }
    }

    @Test
    void refusesWhatLiesElsewhere() {
        Product product = new Product(false, false, 0);
        try (CudaWork work = new CudaWork(0)) {
            CUstream_st stream = work.stream();
            cublasContext handle = handle(stream);
            FloatPointer a = work.onDevice(product.a());
            FloatPointer b = work.onDevice(product.b());
            FloatPointer c = work.onDevice(LEADING_C * N);
            FloatPointer small = work.onDevice(LEADING_C * (N - 1));
            assertThat(product.run(handle, a, b, small)).isEqualTo(cublas.CUBLAS_STATUS_EXECUTION_FAILED);
            assertThat(product.run(handle, work.pinned(product.a()), b, c))
                    .isEqualTo(cublas.CUBLAS_STATUS_EXECUTION_FAILED);
            assertThat(cublas.cublasSetWorkspace_v2(handle, a.getPointer(1), 4))
                    .isEqualTo(cublas.CUBLAS_STATUS_INVALID_VALUE);
            check(cudart.cudaSetDevice(1));
            assertThat(product.run(handle, a, b, c)).isEqualTo(cublas.CUBLAS_STATUS_EXECUTION_FAILED);
            check(cudart.cudaSetDevice(0));
            check(cublas.cublasDestroy_v2(handle));
        }
    }

    @Test
    void theWorkspaceIsWrittenTo() {
        Product product = new Product(false, false, 0);
        try (CudaWork work = new CudaWork(0)) {
            cublasContext handle = handle(work.stream());
            FloatPointer workspace = work.onDevice(new float[] {1, 2});
            check(cublas.cublasSetWorkspace_v2(handle, workspace, 2L * Float.BYTES));
            check(product.run(
                    handle, work.onDevice(product.a()), work.onDevice(product.b()), work.onDevice(LEADING_C * N)));
            assertThat(work.read(workspace, 2)).containsOnly(Float.NaN);
            check(cublas.cublasDestroy_v2(handle));
        }
    }
}
