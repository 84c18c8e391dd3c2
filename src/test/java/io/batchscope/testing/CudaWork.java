package io.batchscope.testing;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** A stream of a device for tests of the emulation, with memory that is given back at the end. */
final class CudaWork implements AutoCloseable {
    private final List<Runnable> ends = new ArrayList<>();

    CudaWork(int device) {
        check(cudart.cudaSetDevice(device));
    }

    static void check(int status) {
        if (status != cudart.cudaSuccess) {
            throw new IllegalStateException(cudart.cudaGetErrorName(status).getString());
        }
    }

    /** One that the legacy stream does not wait for. */
    CUstream_st stream() {
        CUstream_st stream = new CUstream_st();
        check(cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking));
        ends.add(() -> cudart.cudaStreamDestroy(stream));
        return stream;
    }

    CUevent_st event() {
        CUevent_st event = new CUevent_st();
        check(cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming));
        ends.add(() -> cudart.cudaEventDestroy(event));
        return event;
    }

    /** Device memory of that many numbers, which are NaN. */
    FloatPointer onDevice(long count) {
        FloatPointer memory = new FloatPointer();
        check(cudart.cudaMalloc(memory, count * Float.BYTES));
        ends.add(() -> cudart.cudaFree(memory));
        return memory.capacity(count);
    }

    FloatPointer onDevice(float[] values) {
        FloatPointer memory = onDevice(values.length);
        try (FloatPointer host = new FloatPointer(values)) {
            check(cudart.cudaMemcpy(memory, host, bytes(values.length), cudaMemcpyHostToDevice));
        }
        return memory;
    }

    /** Host memory that a device reads by itself. */
    FloatPointer pinned(float... values) {
        FloatPointer memory = new FloatPointer();
        check(cudart.cudaMallocHost(memory, bytes(values.length)));
        ends.add(() -> cudart.cudaFreeHost(memory));
        return memory.capacity(values.length).put(values);
    }

    /** Waits for the device and reads. */
    float[] read(FloatPointer memory, int count) {
        check(cudart.cudaDeviceSynchronize());
        float[] values = new float[count];
        try (FloatPointer host = new FloatPointer(count)) {
            check(cudart.cudaMemcpy(host, memory, bytes(count), cudaMemcpyDeviceToHost));
            host.get(values);
        }
        return values;
    }

    static float[] hostValues(FloatPointer memory) {
        float[] values = new float[(int) memory.capacity()];
        memory.get(values);
        return values;
    }

    static long bytes(long count) {
        return count * Float.BYTES;
    }

    /** Up to the zero that ends it in C. */
    static String text(BytePointer text) {
        String whole = text.getString();
        int end = whole.indexOf(0);
        return end < 0 ? whole : whole.substring(0, end);
    }

    /** What NVRTC says of a source: its status and its log. */
    record Compiled(int status, String log) {}

    static Compiled compile(String source) {
        _nvrtcProgram program = program(source);
        int status = compile(program);
        String log = log(program);
        nvrtc.nvrtcDestroyProgram(program);
        return new Compiled(status, log);
    }

    CUfunc_st kernel(String source, String name) {
        _nvrtcProgram program = program(source);
        if (compile(program) != nvrtc.NVRTC_SUCCESS) {
            throw new IllegalStateException(log(program));
        }
        CUmod_st module = new CUmod_st();
        CUfunc_st function = new CUfunc_st();
        try (SizeTPointer size = new SizeTPointer(1)) {
            nvrtc.nvrtcGetCUBINSize(program, size);
            try (BytePointer code = new BytePointer(size.get())) {
                nvrtc.nvrtcGetCUBIN(program, code);
                check(cudart.cuModuleLoadData(module, code));
            }
        }
        nvrtc.nvrtcDestroyProgram(program);
        ends.add(() -> cudart.cuModuleUnload(module));
        check(cudart.cuModuleGetFunction(function, module, name));
        return function;
    }

    /**
     * Returns the status of a launch.
     *
     * @param arguments Integer or device memory
     */
    static int launch(CUfunc_st kernel, int blocks, int threads, CUstream_st stream, Object... arguments) {
        try (PointerPointer<Pointer> list = new PointerPointer<>(arguments.length + 1L);
                BytePointer values = new BytePointer((arguments.length + 1L) * Long.BYTES)) {
            for (int i = 0; i < arguments.length; i++) {
                BytePointer slot = values.getPointer((long) i * Long.BYTES);
                if (arguments[i] instanceof Pointer memory) {
                    slot.putLong(memory.address());
                } else {
                    slot.putInt((Integer) arguments[i]);
                }
                list.put(i, slot);
            }
            return cudart.cuLaunchKernel(
                    kernel, blocks, 1, 1, threads, 1, 1, 0, stream, list, (PointerPointer<Pointer>) null);
        }
    }

    /** What is put into the stream meanwhile, as a graph that can be launched. */
    CUgraphExec_st captured(CUstream_st stream, Runnable work) {
        CUgraph_st graph = new CUgraph_st();
        CUgraphExec_st executable = new CUgraphExec_st();
        check(cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal));
        work.run();
        check(cudart.cudaStreamEndCapture(stream, graph));
        check(cudart.cudaGraphInstantiateWithFlags(executable, graph, 0));
        check(cudart.cudaGraphDestroy(graph));
        ends.add(() -> cudart.cudaGraphExecDestroy(executable));
        return executable;
    }

    private static _nvrtcProgram program(String source) {
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer text = new BytePointer(source);
                BytePointer name = new BytePointer("test.cu")) {
            nvrtc.nvrtcCreateProgram(
                    program, text, name, 0, (PointerPointer<Pointer>) null, (PointerPointer<Pointer>) null);
        }
        return program;
    }

    private static int compile(_nvrtcProgram program) {
        try (BytePointer option = new BytePointer("--gpu-architecture=sm_90");
                PointerPointer<BytePointer> options = new PointerPointer<>(1)) {
            options.put(0, option);
            return nvrtc.nvrtcCompileProgram(program, 1, options);
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            nvrtc.nvrtcGetProgramLogSize(program, size);
            try (BytePointer log = new BytePointer(size.get())) {
                nvrtc.nvrtcGetProgramLog(program, log);
                return text(log);
            }
        }
    }

    @Override
    public void close() {
        for (int i = ends.size() - 1; i >= 0; i--) {
            ends.get(i).run();
        }
    }
}
