package io.batchscope.testing;

import static io.batchscope.testing.CudaWork.bytes;
import static io.batchscope.testing.CudaWork.check;
import static io.batchscope.testing.CudaWork.hostValues;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;

/** Kernels that NVRTC compiles, and graphs of them. */
class EmulatedKernelsTest {
    /** Sums of 64 numbers each: in shared memory, by halves. */
    private static final String SUMS =
            """
            static __device__ float square(float x) { return x * x; }

            extern "C" __global__ void __launch_bounds__(64) squares(const float* __restrict__ from, float* to, int count) {
                __shared__ float sums[64];
                int thread = threadIdx.x;
                int place = blockIdx.x * blockDim.x + thread;
                sums[thread] = place < count ? square(from[place]) : 0.0f;
                __syncthreads();
                for (int half = 32; half > 0; half /= 2) {
                    if (thread < half) sums[thread] += sums[thread + half];
                    BARRIER
                }
                if (thread == 0) to[blockIdx.x] = sums[0];
            }
            """;

    private static final String ADD_ONE =
            "extern \"C\" __global__ void add_one(float* x) { x[blockIdx.x * blockDim.x + threadIdx.x] += 1; }";

    private static float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i % 10;
        }
        return numbers;
    }

    private static float[] squares(CudaWork work, CUfunc_st kernel, FloatPointer from, int count) {
        FloatPointer to = work.onDevice(2);
        check(CudaWork.launch(kernel, 2, 64, work.stream(), from, to, count));
        return work.read(to, 2);
    }

    private static float[] squares(String source) {
        try (CudaWork work = new CudaWork(0)) {
            float[] numbers = numbers(100);
            return squares(work, work.kernel(source, "squares"), work.onDevice(numbers), numbers.length);
        }
    }

    @Test
    void threadsMeetAtBarriers() {
        float first = 0;
        float second = 0;
        float[] numbers = numbers(100);
        for (int i = 0; i < numbers.length; i++) {
            first += i < 64 ? numbers[i] * numbers[i] : 0;
            second += i < 64 ? 0 : numbers[i] * numbers[i];
        }
        String source = SUMS.replace("BARRIER", "__syncthreads();");
        // Twice, because every second launch has the reverse order.
        assertThat(squares(source)).containsExactly(first, second);
        assertThat(squares(source)).containsExactly(first, second);
    }

    @Test
    void aMissingBarrierShowsWithinTwoLaunches() {
        String source = SUMS.replace("BARRIER", "");
        float[] whole = squares(SUMS.replace("BARRIER", "__syncthreads();"));
        boolean once = Arrays.equals(squares(source), whole);
        boolean twice = Arrays.equals(squares(source), whole);
        assertThat(once && twice).isFalse();
    }

    @Test
    void sharedMemoryHoldsNoNumbersAtFirst() {
        String source =
                """
                extern "C" __global__ void leftover(float* to) {
                    __shared__ float shared[1];
                    to[blockIdx.x] = shared[0];
                    shared[0] = 5;
                }
                """;
        try (CudaWork work = new CudaWork(0)) {
            FloatPointer to = work.onDevice(2);
            check(CudaWork.launch(work.kernel(source, "leftover"), 2, 1, work.stream(), to));
            assertThat(work.read(to, 2)).containsOnly(Float.NaN);
        }
    }

    @Test
    void aGraphRunsAtEachLaunchWithTheArgumentsOfItsCapture() {
        try (CudaWork work = new CudaWork(0)) {
            CUstream_st stream = work.stream();
            CUfunc_st kernel = work.kernel(ADD_ONE, "add_one");
            FloatPointer host = work.pinned(1, 2, 3);
            FloatPointer device = work.onDevice(3);
            CUgraphExec_st graph = work.captured(stream, () -> {
                check(cudart.cudaMemcpyAsync(device, host, bytes(3), cudart.cudaMemcpyHostToDevice, stream));
                check(CudaWork.launch(kernel, 1, 3, stream, device));
                check(cudart.cudaMemcpyAsync(host, device, bytes(3), cudart.cudaMemcpyDeviceToHost, stream));
            });
            check(cudart.cudaStreamSynchronize(stream));
            assertThat(hostValues(host)).containsExactly(1, 2, 3);
            for (int i = 1; i <= 3; i++) {
                check(cudart.cudaGraphLaunch(graph, stream));
                check(cudart.cudaStreamSynchronize(stream));
                assertThat(hostValues(host)).containsExactly(1 + i, 2 + i, 3 + i);
            }
        }
    }

    @Test
    void refusesLaunchesThatCudaRefuses() {
        try (CudaWork work = new CudaWork(0)) {
            CUstream_st stream = work.stream();
            CUfunc_st kernel = work.kernel(ADD_ONE, "add_one");
            FloatPointer device = work.onDevice(3);
            assertThat(CudaWork.launch(kernel, 0, 3, stream, device)).isEqualTo(cudart.CUDA_ERROR_INVALID_VALUE);
            assertThat(CudaWork.launch(kernel, 1, 1025, stream, device)).isEqualTo(cudart.CUDA_ERROR_INVALID_VALUE);
            CUfunc_st bound = work.kernel(SUMS.replace("BARRIER", ""), "squares");
            assertThat(CudaWork.launch(bound, 1, 65, stream, device, device, 1))
                    .isEqualTo(cudart.CUDA_ERROR_INVALID_VALUE);
            assertThatThrownBy(() -> work.kernel(ADD_ONE, "add_two")).hasMessage("cudaErrorSymbolNotFound");
        }
    }

    @Test
    void aKernelRunsOnItsDeviceOnly() {
        try (CudaWork first = new CudaWork(0);
                CudaWork second = new CudaWork(1)) {
            CUstream_st stream = second.stream();
            FloatPointer device = second.onDevice(3);
            CUfunc_st kernel = second.kernel(ADD_ONE, "add_one");
            check(cudart.cudaSetDevice(0));
            assertThat(CudaWork.launch(kernel, 1, 3, stream, device)).isEqualTo(cudart.CUDA_ERROR_INVALID_HANDLE);
            assertThat(CudaWork.launch(kernel, 1, 3, first.stream(), device))
                    .isEqualTo(cudart.CUDA_ERROR_INVALID_HANDLE);
        }
    }

    @Test
    void theCompilerNamesWhatIsWrong() {
        CudaWork.Compiled wrong = CudaWork.compile("extern \"C\" __global__ void broken() {\n  unknown = 1;\n}");
        assertThat(wrong.status()).isEqualTo(nvrtc.NVRTC_ERROR_COMPILATION);
        assertThat(wrong.log()).contains("test.cu:2:").contains("unknown");
        String ambiguous = "extern \"C\" __global__ void most(float* x) { x[0] = max(x[0], 2); }";
        assertThat(CudaWork.compile(ambiguous).log()).contains("ambiguous");
        assertThat(CudaWork.compile("#include <math.h>\n").status()).isEqualTo(nvrtc.NVRTC_ERROR_COMPILATION);
        assertThat(CudaWork.compile(ADD_ONE)).isEqualTo(new CudaWork.Compiled(nvrtc.NVRTC_SUCCESS, ""));
    }
}
