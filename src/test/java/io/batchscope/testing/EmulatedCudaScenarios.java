package io.batchscope.testing;

import static io.batchscope.testing.CudaWork.bytes;
import static io.batchscope.testing.CudaWork.check;

import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** What breaks a device, or wants another environment: run in a JVM of its own by {@link EmulatedCudaTest}. */
final class EmulatedCudaScenarios {
    private static final String KERNELS =
            """
            extern "C" __global__ void write(float* to, int index) { to[index] = 1; }

            // Lacks a barrier before the second line.
            extern "C" __global__ void neighbour(float* to) {
                __shared__ float shared[8];
                shared[threadIdx.x] = threadIdx.x;
                to[threadIdx.x] = shared[threadIdx.x + 1 < 8 ? threadIdx.x + 1 : 0];
            }

            extern "C" __global__ void diverged(float* to) {
                if (threadIdx.x == 0) {
                    __syncthreads();
                } else {
                    __syncthreads();
                }
            }
            """;

    private EmulatedCudaScenarios() {}

    /** Prints what the named scenario found. */
    public static void main(String[] arguments) {
        String found =
                switch (arguments[0]) {
                    case "guards" -> guards();
                    case "freed" -> freed();
                    case "others" -> others();
                    case "neighbour" -> neighbour();
                    case "diverged" -> diverged();
                    case "devices" -> devices();
                    case "memory" -> memory();
                    default -> throw new IllegalArgumentException(arguments[0]);
                };
        System.out.println(found);
    }

    /** A kernel writes one number too far; the error sticks. */
    private static String guards() {
        CudaWork work = new CudaWork(0);
        CUstream_st stream = work.stream();
        check(CudaWork.launch(work.kernel(KERNELS, "write"), 1, 1, stream, work.onDevice(4), 4));
        return name(cudart.cudaStreamSynchronize(stream)) + " " + name(cudart.cudaMalloc(new FloatPointer(), 4));
    }

    /** A graph uses memory that has been given back. */
    private static String freed() {
        CudaWork work = new CudaWork(0);
        CUstream_st stream = work.stream();
        CUfunc_st kernel = work.kernel(KERNELS, "write");
        FloatPointer memory = new FloatPointer();
        check(cudart.cudaMalloc(memory, bytes(4)));
        var graph = work.captured(stream, () -> check(CudaWork.launch(kernel, 1, 1, stream, memory, 0)));
        check(cudart.cudaFree(memory));
        check(cudart.cudaGraphLaunch(graph, stream));
        return name(cudart.cudaStreamSynchronize(stream)) + " " + name(cudart.cudaDeviceSynchronize());
    }

    /** One stream reads what another writes, without waiting for it. */
    private static String others() {
        CudaWork work = new CudaWork(0);
        CUstream_st first = work.stream();
        CUstream_st second = work.stream();
        FloatPointer to = work.pinned(0);
        FloatPointer device = work.onDevice(new float[] {3});
        check(cudart.cudaMemcpyAsync(device, work.pinned(5), bytes(1), cudart.cudaMemcpyHostToDevice, first));
        check(cudart.cudaMemcpyAsync(to, device, bytes(1), cudart.cudaMemcpyDeviceToHost, second));
        check(cudart.cudaStreamSynchronize(second));
        return Float.toString(to.get());
    }

    /** What the first thread of the kernel without its barrier saw. */
    private static String neighbour() {
        CudaWork work = new CudaWork(0);
        FloatPointer to = work.onDevice(8);
        check(CudaWork.launch(work.kernel(KERNELS, "neighbour"), 1, 8, work.stream(), to));
        return Float.toString(work.read(to, 1)[0]);
    }

    private static String diverged() {
        CudaWork work = new CudaWork(0);
        CUstream_st stream = work.stream();
        check(CudaWork.launch(work.kernel(KERNELS, "diverged"), 1, 8, stream, work.onDevice(8)));
        return name(cudart.cudaStreamSynchronize(stream));
    }

    private static String devices() {
        int[] count = new int[1];
        if (cudart.cudaGetDeviceCount(count) == cudart.cudaErrorNoDevice) {
            return "0";
        }
        try (BytePointer bus = new BytePointer(64)) {
            check(cudart.cudaDeviceGetPCIBusId(bus, 64, 0));
            return count[0] + " " + CudaWork.text(bus);
        }
    }

    private static String memory() {
        int[] count = new int[1];
        check(cudart.cudaGetDeviceCount(count));
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            check(cudart.cudaMemGetInfo(free, total));
            return count[0] + " " + free.get();
        }
    }

    private static String name(int status) {
        return cudart.cudaGetErrorName(status).getString();
    }
}
