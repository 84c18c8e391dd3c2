package io.batchscope.fused.cuda;

import io.batchscope.train.DeviceMemoryException;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;

/** CUDA's error codes as exceptions. */
final class Cuda {
    /** cuDNN 9's code for too little memory of the device; versions before have one for all memory. */
    private static final int DNN_DEVICE_ALLOCATION_FAILED = 4004;

    private Cuda() {}

    /**
     * Turns an error code of the runtime into an exception.
     *
     * @param what was to be done, such as {@code a stream}
     * @throws DeviceMemoryException if the device has too little memory
     * @throws IllegalStateException if {@code status} is any other error
     */
    static void check(int status, String what) {
        if (status == cudart.cudaSuccess) {
            return;
        }
        // Errors that do not stick to the device would otherwise be reported again by the next call.
        cudart.cudaGetLastError();
        String message = refused("CUDA", what, cudart.cudaGetErrorString(status).getString(), status);
        throw status == cudart.cudaErrorMemoryAllocation
                ? new DeviceMemoryException(message)
                : new IllegalStateException(message);
    }

    /** The same for the driver. */
    static void checkDriver(int status, String what) {
        // Both number the errors that both have alike.
        check(status, what);
    }

    /** The same for cuBLAS. */
    static void checkBlas(int status, String what) {
        if (status != cublas.CUBLAS_STATUS_SUCCESS) {
            throw failed(
                    refused("cuBLAS", what, cublas.cublasGetStatusString(status).getString(), status),
                    status == cublas.CUBLAS_STATUS_ALLOC_FAILED);
        }
    }

    /** The same for cuDNN. */
    static void checkDnn(int status, String what) {
        if (status != cudnn.CUDNN_STATUS_SUCCESS) {
            throw failed(
                    refused("cuDNN", what, cudnn.cudnnGetErrorString(status).getString(), status),
                    status == cudnn.CUDNN_STATUS_ALLOC_FAILED || status == DNN_DEVICE_ALLOCATION_FAILED);
        }
    }

    /** The same for NVRTC. */
    static void checkCompiler(int status, String what) {
        if (status != nvrtc.NVRTC_SUCCESS) {
            throw new IllegalStateException(
                    refused("NVRTC", what, nvrtc.nvrtcGetErrorString(status).getString(), status));
        }
    }

    private static RuntimeException failed(String message, boolean memory) {
        return memory ? new DeviceMemoryException(message) : new IllegalStateException(message);
    }

    private static String refused(String library, String what, String why, int status) {
        return library + " refused " + what + ": " + why + " (status " + status + ")";
    }
}
