package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.checkBlas;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Dense;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/**
 * A dense layer: products by cuBLAS, bias and activation by one kernel. Matrices lie row by row; to cuBLAS, which reads column
 * by column, each is its transpose.
 */
final class DenseOnDevice implements DeviceOperation {
    private static final int N = cublas.CUBLAS_OP_N;
    private static final int T = cublas.CUBLAS_OP_T;

    private final DeviceLowering lowering;
    private final Dense operation;
    private final @Nullable ActivationFunction function;
    private final DeviceTensor input;
    private final DeviceTensor output;
    private final FloatPointer one = new FloatPointer(1f);
    private final FloatPointer zero = new FloatPointer(0f);

    /**
     * @param function fused activation; null: none
     * @param result number of the value it makes
     */
    DenseOnDevice(DeviceLowering lowering, Dense operation, @Nullable ActivationFunction function, int result) {
        this.lowering = lowering;
        this.operation = operation;
        this.function = function;
        this.input = lowering.value(operation.input());
        int in = operation.inputCount();
        int out = operation.outputCount();
        this.output = lowering.floats((long) lowering.rows() * out);
        lowering.own(one);
        lowering.own(zero);
        multiply(T, N, out, lowering.rows(), in, lowering.parameters(operation.weights()), in, input, in, output, out);
        boolean biased = operation.bias() != Operation.ABSENT;
        if (biased || function != null) {
            DeviceTensor bias = biased ? lowering.parameters(operation.bias()) : output;
            lowering.step(
                    () -> lowering.gpu()
                            .launch(
                                    "bias_activation",
                                    DeviceLowering.planeBlocks(lowering.rows()),
                                    1,
                                    DeviceLowering.planeThreads(out),
                                    output,
                                    bias,
                                    biased ? 1 : 0,
                                    (long) lowering.rows(),
                                    out,
                                    out,
                                    1,
                                    DeviceLowering.function(function),
                                    DeviceLowering.alpha(function)),
                    output);
        }
        lowering.setValue(result, output);
    }

    /** C = op(A)·op(B), column by column, C of m × n, op(A) of m × k. */
    private void multiply(
            int opA,
            int opB,
            int m,
            int n,
            int k,
            DeviceTensor a,
            int leadA,
            DeviceTensor b,
            int leadB,
            DeviceTensor c,
            int leadC) {
        lowering.step(
                () -> checkBlas(
                        cublas.cublasSgemm_v2(
                                lowering.gpu().blas(),
                                opA,
                                opB,
                                m,
                                n,
                                k,
                                one,
                                a.pointer(),
                                leadA,
                                b.pointer(),
                                leadB,
                                zero,
                                c.pointer(),
                                leadC),
                        "the product of " + operation),
                a,
                b,
                c);
    }

    @Override
    public void backward(DeviceTensor gradient) {
        int rows = lowering.rows();
        int in = operation.inputCount();
        int out = operation.outputCount();
        DeviceTensor delta =
                function == null ? gradient : lowering.behind(function, output, gradient, (long) rows * out);
        multiply(N, T, in, out, rows, input, in, delta, out, lowering.gradient(operation.weights()), in);
        if (operation.bias() != Operation.ABSENT) {
            DeviceTensor ones = lowering.ones();
            multiply(N, N, out, 1, rows, delta, out, ones, rows, lowering.gradient(operation.bias()), out);
        }
        lowering.isFinal(operation);
        if (lowering.wantsGradient(operation.input())) {
            DeviceTensor result = lowering.floats((long) rows * in);
            multiply(N, N, in, rows, out, lowering.parameters(operation.weights()), in, delta, out, result, in);
            lowering.arrive(operation.input(), result);
        }
    }
}
