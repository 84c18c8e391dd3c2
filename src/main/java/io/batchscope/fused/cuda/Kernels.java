package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;
import static io.batchscope.fused.cuda.Cuda.checkCompiler;
import static io.batchscope.fused.cuda.Cuda.checkDriver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The kernels of our own, compiled for one device; loaded once in a JVM, and never unloaded. */
final class Kernels {
    private static final List<String> FILES =
            List.of("common.cu", "elementwise.cu", "pooling.cu", "channels.cu", "losses.cu");
    private static final Map<Integer, Kernels> BY_ORDINAL = new ConcurrentHashMap<>();

    private final CUmod_st module = new CUmod_st();
    private final Map<String, CUfunc_st> functions = new ConcurrentHashMap<>();

    private Kernels(int ordinal) {
        try (BytePointer code = compile(architecture(ordinal))) {
            checkDriver(cudart.cuModuleLoadData(module, code), "the kernels");
        }
    }

    /** Those of the calling thread's current device. */
    static Kernels of(int ordinal) {
        return BY_ORDINAL.computeIfAbsent(ordinal, Kernels::new);
    }

    /** The kernel of that name in the sources. */
    CUfunc_st function(String name) {
        return functions.computeIfAbsent(name, wanted -> {
            CUfunc_st function = new CUfunc_st();
            checkDriver(cudart.cuModuleGetFunction(function, module, wanted), "kernel " + wanted);
            return function;
        });
    }

    /** Such as {@code sm_90}. */
    private static String architecture(int ordinal) {
        int[] major = new int[1];
        int[] minor = new int[1];
        check(
                cudart.cudaDeviceGetAttribute(major, cudart.cudaDevAttrComputeCapabilityMajor, ordinal),
                "the compute capability");
        check(
                cudart.cudaDeviceGetAttribute(minor, cudart.cudaDevAttrComputeCapabilityMinor, ordinal),
                "the compute capability");
        return "sm_" + major[0] + minor[0];
    }

    /** All files as one source. */
    static String source() {
        StringBuilder source = new StringBuilder();
        for (String file : FILES) {
            try (InputStream in = Kernels.class.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IllegalStateException(file + " is missing beside " + Kernels.class.getName());
                }
                source.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return source.toString();
    }

    /** Machine code for an architecture. */
    private static BytePointer compile(String architecture) {
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer source = new BytePointer(source());
                BytePointer name = new BytePointer("kernels.cu");
                BytePointer option = new BytePointer("--gpu-architecture=" + architecture);
                PointerPointer<BytePointer> options = new PointerPointer<>(1L);
                SizeTPointer size = new SizeTPointer(1)) {
            checkCompiler(
                    nvrtc.nvrtcCreateProgram(program, source, name, 0, (PointerPointer) null, (PointerPointer) null),
                    "a program");
            try {
                options.put(option);
                int status = nvrtc.nvrtcCompileProgram(program, 1, options);
                checkCompiler(
                        status,
                        "to compile the kernels for " + architecture
                                + (status == nvrtc.NVRTC_SUCCESS ? "" : " (" + log(program) + ")"));
                checkCompiler(nvrtc.nvrtcGetCUBINSize(program, size), "machine code");
                BytePointer code = new BytePointer(size.get());
                checkCompiler(nvrtc.nvrtcGetCUBIN(program, code), "machine code");
                return code;
            } finally {
                nvrtc.nvrtcDestroyProgram(program);
            }
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            checkCompiler(nvrtc.nvrtcGetProgramLogSize(program, size), "a log");
            try (BytePointer log = new BytePointer(Math.max(1, size.get()))) {
                checkCompiler(nvrtc.nvrtcGetProgramLog(program, log), "a log");
                // With the zero that ends it.
                return log.getString().replace("\0", "").strip();
            }
        }
    }
}
