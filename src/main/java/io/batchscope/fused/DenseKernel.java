package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_inner_product_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Dense;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * y = f(W·x + b): forward one inner product with bias and activation in its last loop, backward three matrix products.
 * oneDNN's own backward inner products
 * choose slower kernels than its matrix product for small numbers of examples.
 */
final class DenseKernel implements Kernel {
    private final Lowering lowering;
    private final Dense operation;
    private final @Nullable ActivationFunction function;
    private final Tensor input;
    private final Tensor weights;
    private final Tensor output;

    /**
     * @param function the activation that follows and is fused; null for none
     * @param result number of the value it makes
     */
    DenseKernel(Lowering lowering, Dense operation, @Nullable ActivationFunction function, int result) {
        this.lowering = lowering;
        this.operation = operation;
        this.function = function;
        Natives natives = lowering.natives();
        int rows = lowering.rows();
        this.input = lowering.arranged(
                lowering.value(operation.input()), natives.plain(rows, operation.inputCount()), lowering.forward());
        this.weights = lowering.parameters(operation.weights(), operation.outputCount(), operation.inputCount());
        this.output = lowering.tensor(natives.plain(rows, operation.outputCount()), rows, operation.outputCount());
        @Nullable Tensor bias = hasBias() ? lowering.parameters(operation.bias(), operation.outputCount()) : null;
        dnnl_primitive_desc description = natives.own(new dnnl_primitive_desc());
        check(
                dnnl_inner_product_forward_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        lowering.training() ? dnnl_forward_training : dnnl_forward_inference,
                        input.description(),
                        weights.description(),
                        bias == null ? null : bias.description(),
                        output.description(),
                        natives.followedBy(function)),
                "a dense layer");
        List<Lowering.Argument> arguments = new ArrayList<>(List.of(
                new Lowering.Argument(DNNL_ARG_SRC, input),
                new Lowering.Argument(DNNL_ARG_WEIGHTS, weights),
                new Lowering.Argument(DNNL_ARG_DST, output)));
        if (bias != null) {
            arguments.add(new Lowering.Argument(DNNL_ARG_BIAS, bias));
        }
        lowering.forward().add(lowering.primitive(description, arguments.toArray(new Lowering.Argument[0])));
        lowering.setValue(result, output);
    }

    private boolean hasBias() {
        return operation.bias() != Operation.ABSENT;
    }

    @Override
    public void backward(Tensor arriving) {
        List<Step> steps = lowering.backward();
        int rows = lowering.rows();
        int in = operation.inputCount();
        int out = operation.outputCount();
        Tensor plain = lowering.arranged(arriving, output.description(), steps);
        Tensor delta = function == null ? plain : ActivationKernel.backward(lowering, function, output, output, plain);
        if (lowering.direct()) {
            steps.add(new OuterProduct(lowering, operation, delta, input));
        } else {
            addProducts(delta);
        }
        lowering.handOver(operation);
        if (lowering.wantsGradient(operation.input())) {
            Tensor inputGradient = lowering.tensor(input.description(), rows, in);
            steps.add(() -> multiply('N', rows, in, out, delta, out, weights, in, 0f, inputGradient, in));
            lowering.arrive(operation.input(), inputGradient);
        }
    }

    private void addProducts(Tensor delta) {
        int rows = lowering.rows();
        int in = operation.inputCount();
        int out = operation.outputCount();
        Weight weight = lowering.weight();
        Tensor weightGradient = lowering.gradient(operation.weights(), out, in);
        lowering.backward()
                .add(() -> multiply(
                        'T', out, in, rows, delta, out, input, in, weight.ofGradientSoFar(), weightGradient, in));
        if (hasBias()) {
            Tensor ones = lowering.constant(1f, rows);
            Tensor biasGradient = lowering.gradient(operation.bias(), out);
            lowering.backward()
                    .add(() -> multiply(
                            'N', 1, out, rows, ones, rows, delta, out, weight.ofGradientSoFar(), biasGradient, out));
        }
    }

    /** C = op(A)·B + β·C, row-major, C {@code [m, n]}, k products in each sum. */
    private static void multiply(
            char transposeA,
            long m,
            long n,
            long k,
            Tensor a,
            long strideA,
            Tensor b,
            long strideB,
            float beta,
            Tensor c,
            long strideC) {
        check(
                dnnl_sgemm(
                        (byte) transposeA,
                        (byte) 'N',
                        m,
                        n,
                        k,
                        1f,
                        a.data(),
                        strideA,
                        b.data(),
                        strideB,
                        beta,
                        c.data(),
                        strideC),
                "a matrix product");
    }
}
