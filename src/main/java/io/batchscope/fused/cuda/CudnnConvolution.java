package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.checkDnn;

import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Window;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * One convolution as cuDNN computes it. Algorithms are those that its heuristics put first among the deterministic ones, never
 * timed: the same shapes get the same arithmetic.
 */
// cuDNN 9 keeps these functions beside its graphs; they are all that has an order of algorithms with their determinism.
@SuppressWarnings("deprecation")
final class CudnnConvolution implements AutoCloseable {
    private static final int ALGORITHMS = 16;

    /** What an algorithm may take to work in. */
    private static final long MOST_WORK_BYTES = 1L << 30;

    private final Gpu gpu;
    private final String name;
    private final cudnnTensorStruct in = new cudnnTensorStruct();
    private final cudnnTensorStruct out = new cudnnTensorStruct();
    private final cudnnFilterStruct filter = new cudnnFilterStruct();
    private final cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
    private final FloatPointer one = new FloatPointer(1f);
    private final FloatPointer zero = new FloatPointer(0f);
    private final Choice forward;
    private final Choice backwardData;
    private final Choice backwardWeights;

    /**
     * An algorithm.
     *
     * @param bytes that it works in
     */
    private record Choice(int algorithm, long bytes) {}

    /**
     * @param rows images
     * @param shapeIn of an image: channels, height, width
     * @param shapeOut of what becomes of it
     * @param padRows of zeros above and below
     * @param padColumns of zeros left and right
     * @param training whether gradients are wanted
     * @param imagesWantGradient whether that of the images is, too
     */
    CudnnConvolution(
            Gpu gpu,
            Convolution operation,
            int rows,
            List<Integer> shapeIn,
            List<Integer> shapeOut,
            int padRows,
            int padColumns,
            boolean training,
            boolean imagesWantGradient) {
        this.gpu = gpu;
        this.name = operation.toString();
        Window window = operation.window();
        checkDnn(cudnn.cudnnCreateTensorDescriptor(in), "a description");
        checkDnn(cudnn.cudnnCreateTensorDescriptor(out), "a description");
        checkDnn(cudnn.cudnnCreateFilterDescriptor(filter), "a description");
        checkDnn(cudnn.cudnnCreateConvolutionDescriptor(convolution), "a description");
        describe(in, rows, shapeIn);
        describe(out, rows, shapeOut);
        checkDnn(
                cudnn.cudnnSetFilter4dDescriptor(
                        filter,
                        cudnn.CUDNN_DATA_FLOAT,
                        cudnn.CUDNN_TENSOR_NCHW,
                        operation.channelsOut(),
                        operation.channelsIn(),
                        window.kernelHeight(),
                        window.kernelWidth()),
                "the kernels of " + name);
        checkDnn(
                cudnn.cudnnSetConvolution2dDescriptor(
                        convolution,
                        padRows,
                        padColumns,
                        window.strideHeight(),
                        window.strideWidth(),
                        window.dilationHeight(),
                        window.dilationWidth(),
                        cudnn.CUDNN_CROSS_CORRELATION,
                        cudnn.CUDNN_DATA_FLOAT),
                "the window of " + name);
        // cuDNN's default would round factors to TF32.
        checkDnn(
                cudnn.cudnnSetConvolutionMathType(
                        convolution, gpu.tensorFloat32() ? cudnn.CUDNN_DEFAULT_MATH : cudnn.CUDNN_FMA_MATH),
                "a precision");
        this.forward = chooseForward();
        this.backwardData = training && imagesWantGradient ? chooseBackwardData() : new Choice(0, 0);
        this.backwardWeights = training ? chooseBackwardWeights() : new Choice(0, 0);
    }

    private void describe(cudnnTensorStruct tensor, int rows, List<Integer> shape) {
        checkDnn(
                cudnn.cudnnSetTensor4dDescriptor(
                        tensor,
                        cudnn.CUDNN_TENSOR_NCHW,
                        cudnn.CUDNN_DATA_FLOAT,
                        rows,
                        shape.get(0),
                        shape.get(1),
                        shape.get(2)),
                "the images of " + name);
    }

    private Choice chooseForward() {
        int[] count = new int[1];
        try (cudnnConvolutionFwdAlgoPerf_t found = new cudnnConvolutionFwdAlgoPerf_t(ALGORITHMS);
                SizeTPointer bytes = new SizeTPointer(1)) {
            checkDnn(
                    cudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                            gpu.dnn(), in, filter, convolution, out, ALGORITHMS, count, found),
                    name);
            for (int i = 0; i < count[0]; i++) {
                found.position(i);
                if (isUsable(found.status(), found.determinism())
                        && cudnn.cudnnGetConvolutionForwardWorkspaceSize(
                                        gpu.dnn(), in, filter, convolution, out, found.algo(), bytes)
                                == cudnn.CUDNN_STATUS_SUCCESS
                        && bytes.get() <= MOST_WORK_BYTES) {
                    return new Choice(found.algo(), bytes.get());
                }
            }
            throw none("result");
        }
    }

    private Choice chooseBackwardData() {
        int[] count = new int[1];
        try (cudnnConvolutionBwdDataAlgoPerf_t found = new cudnnConvolutionBwdDataAlgoPerf_t(ALGORITHMS);
                SizeTPointer bytes = new SizeTPointer(1)) {
            checkDnn(
                    cudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                            gpu.dnn(), filter, out, convolution, in, ALGORITHMS, count, found),
                    name);
            for (int i = 0; i < count[0]; i++) {
                found.position(i);
                if (isUsable(found.status(), found.determinism())
                        && cudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                                        gpu.dnn(), filter, out, convolution, in, found.algo(), bytes)
                                == cudnn.CUDNN_STATUS_SUCCESS
                        && bytes.get() <= MOST_WORK_BYTES) {
                    return new Choice(found.algo(), bytes.get());
                }
            }
            throw none("gradient of the images");
        }
    }

    private Choice chooseBackwardWeights() {
        int[] count = new int[1];
        try (cudnnConvolutionBwdFilterAlgoPerf_t found = new cudnnConvolutionBwdFilterAlgoPerf_t(ALGORITHMS);
                SizeTPointer bytes = new SizeTPointer(1)) {
            checkDnn(
                    cudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                            gpu.dnn(), in, out, convolution, filter, ALGORITHMS, count, found),
                    name);
            for (int i = 0; i < count[0]; i++) {
                found.position(i);
                if (isUsable(found.status(), found.determinism())
                        && cudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                                        gpu.dnn(), in, out, convolution, filter, found.algo(), bytes)
                                == cudnn.CUDNN_STATUS_SUCCESS
                        && bytes.get() <= MOST_WORK_BYTES) {
                    return new Choice(found.algo(), bytes.get());
                }
            }
            throw none("gradient of the kernels");
        }
    }

    private static boolean isUsable(int status, int determinism) {
        return status == cudnn.CUDNN_STATUS_SUCCESS && determinism == cudnn.CUDNN_DETERMINISTIC;
    }

    private IllegalStateException none(String what) {
        return new IllegalStateException("cuDNN has no deterministic algorithm for the " + what + " of " + name
                + "; train on the processor instead (study.replica = fused)");
    }

    /** Bytes of {@link #forward}'s work. */
    long forwardBytes() {
        return forward.bytes();
    }

    /** Bytes of {@link #backwardData}'s work. */
    long backwardDataBytes() {
        return backwardData.bytes();
    }

    /** Bytes of {@link #backwardWeights}'s work. */
    long backwardWeightsBytes() {
        return backwardWeights.bytes();
    }

    void forward(DeviceTensor images, DeviceTensor weights, DeviceTensor work, DeviceTensor result) {
        checkDnn(
                cudnn.cudnnConvolutionForward(
                        gpu.dnn(),
                        one,
                        in,
                        images.pointer(),
                        filter,
                        weights.pointer(),
                        convolution,
                        forward.algorithm(),
                        work.pointer(),
                        forward.bytes(),
                        zero,
                        out,
                        result.pointer()),
                name);
    }

    /** The gradient by the images, from the one that arrives. */
    void backwardData(DeviceTensor weights, DeviceTensor delta, DeviceTensor work, DeviceTensor result) {
        checkDnn(
                cudnn.cudnnConvolutionBackwardData(
                        gpu.dnn(),
                        one,
                        filter,
                        weights.pointer(),
                        out,
                        delta.pointer(),
                        convolution,
                        backwardData.algorithm(),
                        work.pointer(),
                        backwardData.bytes(),
                        zero,
                        in,
                        result.pointer()),
                "the gradient of " + name);
    }

    /** The gradient by the kernels, from the one that arrives. */
    void backwardWeights(DeviceTensor images, DeviceTensor delta, DeviceTensor work, DeviceTensor result) {
        checkDnn(
                cudnn.cudnnConvolutionBackwardFilter(
                        gpu.dnn(),
                        one,
                        in,
                        images.pointer(),
                        out,
                        delta.pointer(),
                        convolution,
                        backwardWeights.algorithm(),
                        work.pointer(),
                        backwardWeights.bytes(),
                        zero,
                        filter,
                        result.pointer()),
                "the gradient of " + name);
    }

    @Override
    public void close() {
        cudnn.cudnnDestroyConvolutionDescriptor(convolution);
        cudnn.cudnnDestroyFilterDescriptor(filter);
        cudnn.cudnnDestroyTensorDescriptor(out);
        cudnn.cudnnDestroyTensorDescriptor(in);
        one.close();
        zero.close();
    }
}
