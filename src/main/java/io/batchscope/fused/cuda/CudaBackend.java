package io.batchscope.fused.cuda;

import io.batchscope.train.Device;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Whether the CUDA replica can run in this JVM. Asking loads CUDA, but takes no device. */
public final class CudaBackend {
    private static final @Nullable String PROBLEM = load();

    private CudaBackend() {}

    private static @Nullable String load() {
        try {
            for (Class<?> library : List.of(cudart.class, cublas.class, cudnn.class, nvrtc.class)) {
                Loader.load(library);
            }
            return GpuCatalog.devices().isEmpty() ? "CUDA sees no GPU on this machine" : null;
        } catch (LinkageError | RuntimeException e) {
            return "CUDA 13 with cuBLAS, cuDNN 9 and NVRTC cannot be loaded here: " + root(e);
        }
    }

    /** JavaCPP looks in several places; only the first failure names the library that is missing. */
    private static String root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        // "the binding's file: the missing library: why"
        return cause instanceof LinkageError
                ? message.substring(message.indexOf(": ") + 1).strip()
                : message;
    }

    /** Why it cannot; null if it can. */
    public static @Nullable String problem() {
        return PROBLEM;
    }

    /** The GPUs that this JVM sees, in {@code nvidia-smi}'s order; only where there is no {@link #problem}. */
    public static List<Device> devices() {
        return GpuCatalog.devices();
    }

    /** One line, such as {@code CUDA 13.0, cuDNN 9.13.0, 1 GPU: NVIDIA H200}; only where there is no {@link #problem}. */
    public static String describe() {
        List<Device> devices = devices();
        return "CUDA " + GpuCatalog.runtimeVersion() + ", cuDNN " + GpuCatalog.cudnnVersion() + ", " + devices.size()
                + (devices.size() == 1 ? " GPU: " : " GPUs: ")
                + devices.stream().map(Device::name).distinct().collect(Collectors.joining(", "));
    }
}
