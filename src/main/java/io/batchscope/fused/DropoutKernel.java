package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_primitive_desc_create;

import io.batchscope.fused.Lowering.Argument;
import io.batchscope.train.Operation.Dropout;
import java.util.List;
import java.util.function.LongSupplier;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Dropout in training: the product with a mask that is drawn anew for each micro-batch. */
final class DropoutKernel implements Kernel {
    private final Lowering lowering;
    private final Dropout operation;
    private final Tensor output;
    private final Tensor mask;

    /**
     * @param seed of the micro-batch that runs
     * @param result number of the value it makes
     */
    DropoutKernel(Lowering lowering, Dropout operation, LongSupplier seed, int result) {
        this.lowering = lowering;
        this.operation = operation;
        Tensor input = lowering.value(operation.input());
        long[] dimensions = input.dimensions();
        Tensor drawn = lowering.tensor(lowering.natives().plain(dimensions), dimensions);
        float[] values = new float[Math.toIntExact(count(dimensions))];
        lowering.forward().add(() -> {
            DropoutStream.fill(seed.getAsLong(), result - 1, operation.retain(), values);
            drawn.data().put(values);
        });
        this.mask = lowering.arranged(drawn, input.description(), lowering.forward());
        this.output = lowering.tensor(input.description(), dimensions);
        multiply(input, output, lowering.forward());
        lowering.setValue(result, output);
    }

    private static long count(long[] dimensions) {
        long count = 1;
        for (long dimension : dimensions) {
            count *= dimension;
        }
        return count;
    }

    private void multiply(Tensor from, Tensor to, List<Step> steps) {
        dnnl_primitive_desc description = lowering.natives().own(new dnnl_primitive_desc());
        check(
                dnnl_binary_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        dnnl_binary_mul,
                        from.description(),
                        mask.description(),
                        to.description(),
                        null),
                "dropout");
        steps.add(lowering.primitive(
                description,
                new Argument(DNNL_ARG_SRC_0, from),
                new Argument(DNNL_ARG_SRC_1, mask),
                new Argument(DNNL_ARG_DST, to)));
    }

    @Override
    public void backward(Tensor arriving) {
        if (!lowering.wantsGradient(operation.input())) {
            return;
        }
        Tensor delta = lowering.arranged(arriving, output.description(), lowering.backward());
        Tensor result = lowering.tensor(output.description(), output.dimensions());
        multiply(delta, result, lowering.backward());
        lowering.arrive(operation.input(), result);
    }
}
