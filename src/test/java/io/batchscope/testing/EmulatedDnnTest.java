package io.batchscope.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions by cuDNN and their gradients, against loops in plain Java. */
@SuppressWarnings("deprecation") // cuDNN 9 keeps these functions beside its graphs.
class EmulatedDnnTest {
    private static final float TOLERANCE = 1e-5f;

    /** Shapes: n examples of c channels of h rows and w columns; f filters of kh rows and kw columns. */
    private record Shape(int n, int c, int h, int w, int f, int kh, int kw, int pad, int stride, int dilation) {
        int outRows() {
            return (h + 2 * pad - (kh - 1) * dilation - 1) / stride + 1;
        }

        int outColumns() {
            return (w + 2 * pad - (kw - 1) * dilation - 1) / stride + 1;
        }

        int inputs() {
            return n * c * h * w;
        }

        int filters() {
            return f * c * kh * kw;
        }

        int outputs() {
            return n * f * outRows() * outColumns();
        }

        /** Calls back with the indices of each input, filter weight and output whose product is part of a sum. */
        void forEach(Term term) {
            for (int out = 0; out < outputs(); out++) {
                int column = out % outColumns();
                int row = out / outColumns() % outRows();
                int filter = out / outColumns() / outRows() % f;
                int example = out / outColumns() / outRows() / f;
                for (int weight = 0; weight < c * kh * kw; weight++) {
                    int inColumn = column * stride - pad + weight % kw * dilation;
                    int inRow = row * stride - pad + weight / kw % kh * dilation;
                    if (inColumn >= 0 && inColumn < w && inRow >= 0 && inRow < h) {
                        int channel = weight / kw / kh;
                        int in = ((example * c + channel) * h + inRow) * w + inColumn;
                        term.accept(in, filter * c * kh * kw + weight, out);
                    }
                }
            }
        }
    }

    private interface Term {
        void accept(int input, int weight, int output);
    }

    static Stream<Shape> shapes() {
        return Stream.of(
                new Shape(2, 3, 8, 7, 4, 3, 3, 1, 1, 1),
                new Shape(1, 2, 9, 9, 3, 5, 2, 0, 1, 1),
                new Shape(3, 1, 10, 8, 2, 3, 3, 1, 2, 1),
                new Shape(2, 2, 11, 9, 2, 3, 2, 2, 1, 2),
                new Shape(1, 3, 12, 12, 5, 2, 3, 1, 3, 2));
    }

    private static float[] numbers(int count, long seed) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        return numbers;
    }

    private static void done(int status) {
        assertThat(cudnn.cudnnGetErrorString(status).getString()).isEqualTo("CUDNN_STATUS_SUCCESS");
    }

    /** One convolution on a device, with everything that its calls want. */
    private static final class Convolution implements AutoCloseable {
        final CudaWork work = new CudaWork(0);
        final cudnnContext handle = new cudnnContext();
        final cudnnTensorStruct input = new cudnnTensorStruct();
        final cudnnTensorStruct output = new cudnnTensorStruct();
        final cudnnFilterStruct filter = new cudnnFilterStruct();
        final cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
        final FloatPointer one = new FloatPointer(new float[] {1});
        final FloatPointer half = new FloatPointer(new float[] {0.5f});
        final FloatPointer workspace;
        final FloatPointer inputs;
        final FloatPointer filters;
        final FloatPointer outputs;

        Convolution(Shape shape) {
            done(cudnn.cudnnCreate(handle));
            done(cudnn.cudnnSetStream(handle, work.stream()));
            done(cudnn.cudnnCreateTensorDescriptor(input));
            done(cudnn.cudnnCreateTensorDescriptor(output));
            done(cudnn.cudnnCreateFilterDescriptor(filter));
            done(cudnn.cudnnCreateConvolutionDescriptor(convolution));
            int layout = cudnn.CUDNN_TENSOR_NCHW;
            int type = cudnn.CUDNN_DATA_FLOAT;
            done(cudnn.cudnnSetTensor4dDescriptor(input, layout, type, shape.n, shape.c, shape.h, shape.w));
            done(cudnn.cudnnSetTensor4dDescriptor(
                    output, layout, type, shape.n, shape.f, shape.outRows(), shape.outColumns()));
            done(cudnn.cudnnSetFilter4dDescriptor(filter, type, layout, shape.f, shape.c, shape.kh, shape.kw));
            done(cudnn.cudnnSetConvolution2dDescriptor(
                    convolution,
                    shape.pad,
                    shape.pad,
                    shape.stride,
                    shape.stride,
                    shape.dilation,
                    shape.dilation,
                    cudnn.CUDNN_CROSS_CORRELATION,
                    type));
            done(cudnn.cudnnSetConvolutionMathType(convolution, cudnn.CUDNN_FMA_MATH));
            workspace = work.onDevice(100_000);
            inputs = work.onDevice(numbers(shape.inputs(), 1));
            filters = work.onDevice(numbers(shape.filters(), 2));
            outputs = work.onDevice(numbers(shape.outputs(), 3));
        }

        int forward(int algorithm, long workspaceBytes) {
            return cudnn.cudnnConvolutionForward(
                    handle,
                    one,
                    input,
                    inputs,
                    filter,
                    filters,
                    convolution,
                    algorithm,
                    workspace,
                    workspaceBytes,
                    half,
                    output,
                    outputs);
        }

        int backwardData(int algorithm, long workspaceBytes) {
            return cudnn.cudnnConvolutionBackwardData(
                    handle,
                    one,
                    filter,
                    filters,
                    output,
                    outputs,
                    convolution,
                    algorithm,
                    workspace,
                    workspaceBytes,
                    half,
                    input,
                    inputs);
        }

        int backwardFilter(int algorithm, long workspaceBytes) {
            return cudnn.cudnnConvolutionBackwardFilter(
                    handle,
                    one,
                    input,
                    inputs,
                    output,
                    outputs,
                    convolution,
                    algorithm,
                    workspace,
                    workspaceBytes,
                    half,
                    filter,
                    filters);
        }

        @Override
        public void close() {
            cudnn.cudnnDestroyConvolutionDescriptor(convolution);
            cudnn.cudnnDestroyFilterDescriptor(filter);
            cudnn.cudnnDestroyTensorDescriptor(output);
            cudnn.cudnnDestroyTensorDescriptor(input);
            cudnn.cudnnDestroy(handle);
            half.close();
            one.close();
            work.close();
        }
    }

    /** Half of what was there, and what the loops add. */
    private static float[] halved(float[] before) {
        float[] half = before.clone();
        for (int i = 0; i < half.length; i++) {
            half[i] *= 0.5f;
        }
        return half;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void convolvesAsPlainLoopsDo(Shape shape) {
        float[] x = numbers(shape.inputs(), 1);
        float[] w = numbers(shape.filters(), 2);
        float[] expected = halved(numbers(shape.outputs(), 3));
        shape.forEach((input, weight, output) -> expected[output] += x[input] * w[weight]);
        try (Convolution convolution = new Convolution(shape)) {
            done(convolution.forward(cudnn.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0));
            assertThat(convolution.work.read(convolution.outputs, expected.length))
                    .containsExactly(expected, offset(TOLERANCE));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gradientsOfTheInputAreThoseOfPlainLoops(Shape shape) {
        float[] w = numbers(shape.filters(), 2);
        float[] g = numbers(shape.outputs(), 3);
        float[] expected = halved(numbers(shape.inputs(), 1));
        shape.forEach((input, weight, output) -> expected[input] += g[output] * w[weight]);
        try (Convolution convolution = new Convolution(shape)) {
            done(convolution.backwardData(cudnn.CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, 0));
            assertThat(convolution.work.read(convolution.inputs, expected.length))
                    .containsExactly(expected, offset(TOLERANCE));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gradientsOfTheFiltersAreThoseOfPlainLoops(Shape shape) {
        float[] x = numbers(shape.inputs(), 1);
        float[] g = numbers(shape.outputs(), 3);
        float[] expected = halved(numbers(shape.filters(), 2));
        shape.forEach((input, weight, output) -> expected[weight] += g[output] * x[input]);
        try (Convolution convolution = new Convolution(shape)) {
            done(convolution.backwardFilter(cudnn.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, 0));
            assertThat(convolution.work.read(convolution.filters, expected.length))
                    .containsExactly(expected, offset(TOLERANCE));
        }
    }

    @Test
    void theFirstAlgorithmOfferedIsNotRepeatableAndTheSecondNeedsMemory() {
        Shape shape = shapes().findFirst().orElseThrow();
        int wanted = 4;
        try (Convolution made = new Convolution(shape);
                cudnnConvolutionFwdAlgoPerf_t forward = new cudnnConvolutionFwdAlgoPerf_t(wanted);
                cudnnConvolutionBwdDataAlgoPerf_t data = new cudnnConvolutionBwdDataAlgoPerf_t(wanted);
                cudnnConvolutionBwdFilterAlgoPerf_t filter = new cudnnConvolutionBwdFilterAlgoPerf_t(wanted);
                SizeTPointer bytes = new SizeTPointer(1)) {
            int[] count = new int[1];
            done(cudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                    made.handle, made.input, made.filter, made.convolution, made.output, wanted, count, forward));
            assertThat(count).containsExactly(wanted);
            assertThat(forward.getPointer(0).determinism()).isEqualTo(cudnn.CUDNN_NON_DETERMINISTIC);
            assertThat(made.forward(forward.getPointer(0).algo(), 0)).isEqualTo(cudnn.CUDNN_STATUS_EXECUTION_FAILED);
            cudnnConvolutionFwdAlgoPerf_t second = forward.getPointer(1);
            assertThat(second.determinism()).isEqualTo(cudnn.CUDNN_DETERMINISTIC);
            done(cudnn.cudnnGetConvolutionForwardWorkspaceSize(
                    made.handle, made.input, made.filter, made.convolution, made.output, second.algo(), bytes));
            assertThat(second.memory()).isEqualTo(bytes.get()).isPositive();
            assertThat(made.forward(second.algo(), bytes.get() - 1)).isEqualTo(cudnn.CUDNN_STATUS_BAD_PARAM);
            done(made.forward(second.algo(), bytes.get()));
            assertThat(forward.getPointer(3).status()).isEqualTo(cudnn.CUDNN_STATUS_NOT_SUPPORTED);

            done(cudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                    made.handle, made.filter, made.output, made.convolution, made.input, wanted, count, data));
            assertThat(data.getPointer(0).determinism()).isEqualTo(cudnn.CUDNN_NON_DETERMINISTIC);
            assertThat(made.backwardData(data.getPointer(0).algo(), 0)).isEqualTo(cudnn.CUDNN_STATUS_EXECUTION_FAILED);
            done(cudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                    made.handle, made.input, made.output, made.convolution, made.filter, wanted, count, filter));
            assertThat(filter.getPointer(0).determinism()).isEqualTo(cudnn.CUDNN_NON_DETERMINISTIC);
            assertThat(made.backwardFilter(filter.getPointer(0).algo(), 0))
                    .isEqualTo(cudnn.CUDNN_STATUS_EXECUTION_FAILED);
        }
    }

    @Test
    void theDefaultMathKeepsTenBits() {
        Shape shape = new Shape(1, 1, 1, 1, 1, 1, 1, 0, 1, 1);
        float product = numbers(1, 1)[0] * numbers(1, 2)[0] + 0.5f * numbers(1, 3)[0];
        try (Convolution made = new Convolution(shape)) {
            done(cudnn.cudnnSetConvolutionMathType(made.convolution, cudnn.CUDNN_DEFAULT_MATH));
            done(made.forward(cudnn.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0));
            assertThat(Math.abs(made.work.read(made.outputs, 1)[0] - product)).isBetween(1e-6f, 1e-3f);
        }
    }

    @Test
    void refusesShapesThatDoNotFit() {
        Shape shape = shapes().findFirst().orElseThrow();
        try (Convolution made = new Convolution(shape)) {
            done(cudnn.cudnnSetTensor4dDescriptor(
                    made.output, cudnn.CUDNN_TENSOR_NCHW, cudnn.CUDNN_DATA_FLOAT, shape.n, shape.f, 2, 2));
            assertThat(made.forward(cudnn.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0))
                    .isEqualTo(cudnn.CUDNN_STATUS_BAD_PARAM);
        }
    }
}
