package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;
import static io.batchscope.fused.cuda.Cuda.checkBlas;
import static io.batchscope.fused.cuda.Cuda.checkDnn;
import static io.batchscope.fused.cuda.Cuda.checkDriver;

import io.batchscope.train.Device;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** What one replica has of its device: two streams, the libraries' handles and the kernels. */
final class Gpu implements AutoCloseable {
    /** As cuBLAS recommends for the largest devices. Given by us, so that graphs can be captured and sums are repeated. */
    private static final long BLAS_WORKSPACE_BYTES = 32L << 20;

    private static final int ARGUMENT_BYTES = 64;
    /** A nap takes longer than it says, so short steps do without. */
    private static final int SHORT_WAIT_NANOS = 3_000_000;

    private static final int NAP_NANOS = 20_000;

    /**
     * Held while a graph is recorded and while handles and memory come and go: some of these wait for the device, which spoils
     * what another thread records.
     */
    private static final ReentrantLock QUIET = new ReentrantLock();

    private final GpuCatalog.Gpu found;
    private final Device device;
    private final String description;
    private final boolean tensorFloat32;
    private final Duration timeout;
    private final Kernels kernels;
    private final CUstream_st compute = new CUstream_st();
    private final CUstream_st copies = new CUstream_st();
    private final cublasContext blas = new cublasContext();
    private final DeviceMemory blasWorkspace;
    private @Nullable cudnnContext dnn;

    /**
     * Binds the calling thread to the device that an address means, and only then makes anything on it.
     *
     * @param timeout the longest wait for the device
     * @throws IllegalArgumentException if CUDA sees no such device here
     */
    Gpu(String address, boolean tensorFloat32, Duration timeout) {
        this.found = GpuCatalog.find(address);
        this.device = new Device(address, found.uuid(), found.name());
        this.description = device.describe();
        this.tensorFloat32 = tensorFloat32;
        this.timeout = timeout;
        enter();
        // Before CUDA 12, choosing a device alone does not make it ready for the driver's functions.
        check(cudart.cudaFree(new Pointer()), device.describe());
        this.kernels = Kernels.of(found.ordinal());
        this.blasWorkspace = new DeviceMemory(BLAS_WORKSPACE_BYTES);
        check(cudart.cudaStreamCreateWithFlags(compute, cudart.cudaStreamNonBlocking), "a stream");
        check(cudart.cudaStreamCreateWithFlags(copies, cudart.cudaStreamNonBlocking), "a stream");
        checkBlas(cublas.cublasCreate_v2(blas), "a handle");
        checkBlas(cublas.cublasSetStream_v2(blas, compute), "a stream");
        checkBlas(
                cublas.cublasSetMathMode(
                        blas, tensorFloat32 ? cublas.CUBLAS_TF32_TENSOR_OP_MATH : cublas.CUBLAS_DEFAULT_MATH),
                "a precision");
        checkBlas(
                cublas.cublasSetWorkspace_v2(blas, new RawPointer(blasWorkspace.address()), BLAS_WORKSPACE_BYTES),
                "memory to work in");
    }

    /** Makes the device the calling thread's; first thing of whatever a caller wants. */
    void enter() {
        check(cudart.cudaSetDevice(found.ordinal()), description);
    }

    Device device() {
        return device;
    }

    boolean tensorFloat32() {
        return tensorFloat32;
    }

    /** The stream of all computation. */
    CUstream_st compute() {
        return compute;
    }

    /** The stream on which gradients go to the host. */
    CUstream_st copies() {
        return copies;
    }

    cublasContext blas() {
        return blas;
    }

    /** Made when it is first asked for: only convolutions need it. */
    cudnnContext dnn() {
        if (dnn == null) {
            cudnnContext made = new cudnnContext();
            checkDnn(cudnn.cudnnCreate(made), "a handle");
            dnn = made;
            checkDnn(cudnn.cudnnSetStream(made, compute), "a stream");
        }
        return dnn;
    }

    /** Device memory that it holds itself. */
    long bytes() {
        return blasWorkspace.bytes();
    }

    /** Does something during which, or by which, no graph of another thread may be spoilt. */
    static void quietly(Runnable action) {
        QUIET.lock();
        try {
            action.run();
        } finally {
            QUIET.unlock();
        }
    }

    /** An event that knows no time. */
    static CUevent_st event() {
        CUevent_st event = new CUevent_st();
        check(cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming), "an event");
        return event;
    }

    /**
     * Waits for an event, briefly without a rest.
     *
     * @param what the device is doing
     * @throws IllegalStateException if it is not over in time
     */
    void await(CUevent_st event, String what) {
        long start = System.nanoTime();
        int status = cudart.cudaEventQuery(event);
        while (status == cudart.cudaErrorNotReady) {
            long waited = System.nanoTime() - start;
            if (waited > timeout.toNanos()) {
                throw new IllegalStateException(description + ": must be done with " + what + " within "
                        + timeout.toSeconds() + " s, but is not; see nvidia-smi for what holds it up");
            }
            if (waited < SHORT_WAIT_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(NAP_NANOS);
            }
            status = cudart.cudaEventQuery(event);
        }
        check(status, what);
    }

    /**
     * Puts a kernel on the stream of computation.
     *
     * @param name in the sources
     * @param blocks of the grid's first dimension
     * @param slices of its second
     * @param arguments in the kernel's order: Integer, Long, Float, DeviceTensor (its address), or the bytes of a structure
     */
    void launch(String name, long blocks, int slices, int threads, Object... arguments) {
        try (BytePointer memory = new BytePointer((long) arguments.length * ARGUMENT_BYTES);
                PointerPointer<Pointer> list = new PointerPointer<>(arguments.length)) {
            for (int i = 0; i < arguments.length; i++) {
                BytePointer slot = memory.getPointer((long) i * ARGUMENT_BYTES);
                write(slot, arguments[i]);
                list.put(i, slot);
            }
            checkDriver(
                    cudart.cuLaunchKernel(
                            kernels.function(name),
                            Math.toIntExact(blocks),
                            slices,
                            1,
                            threads,
                            1,
                            1,
                            0,
                            compute,
                            list,
                            (PointerPointer) null),
                    "kernel " + name);
        }
    }

    private static void write(BytePointer slot, Object argument) {
        if (argument instanceof Integer number) {
            slot.putInt(number);
        } else if (argument instanceof Long number) {
            slot.putLong(number);
        } else if (argument instanceof Float number) {
            slot.putFloat(number);
        } else if (argument instanceof DeviceTensor tensor) {
            slot.putLong(tensor.address());
        } else {
            byte[] structure = ((ByteBuffer) argument).array();
            slot.put(structure, 0, structure.length);
        }
    }

    @Override
    public void close() {
        if (dnn != null) {
            cudnn.cudnnDestroy(dnn);
        }
        cublas.cublasDestroy_v2(blas);
        blasWorkspace.close();
        cudart.cudaStreamDestroy(copies);
        cudart.cudaStreamDestroy(compute);
    }
}
