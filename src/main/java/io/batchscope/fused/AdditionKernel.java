package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_primitive_desc_create;

import io.batchscope.fused.Lowering.Argument;
import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation.Addition;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** f(x + y): where a residual block's branches meet. */
final class AdditionKernel implements Kernel {
    private final Lowering lowering;
    private final Addition operation;
    private final @Nullable ActivationFunction function;
    private final Tensor output;

    /**
     * @param function the activation that follows and is fused; null for none
     * @param result number of the value it makes
     */
    AdditionKernel(Lowering lowering, Addition operation, @Nullable ActivationFunction function, int result) {
        this.lowering = lowering;
        this.operation = operation;
        this.function = function;
        Tensor left = lowering.value(operation.left());
        Tensor right = lowering.arranged(lowering.value(operation.right()), left.description(), lowering.forward());
        this.output = lowering.tensor(left.description(), left.dimensions());
        dnnl_primitive_desc description = lowering.natives().own(new dnnl_primitive_desc());
        check(
                dnnl_binary_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        dnnl_binary_add,
                        left.description(),
                        right.description(),
                        output.description(),
                        lowering.natives().followedBy(function)),
                "an addition");
        lowering.forward()
                .add(lowering.primitive(
                        description,
                        new Argument(DNNL_ARG_SRC_0, left),
                        new Argument(DNNL_ARG_SRC_1, right),
                        new Argument(DNNL_ARG_DST, output)));
        lowering.setValue(result, output);
    }

    @Override
    public void backward(Tensor arriving) {
        Tensor delta = arriving;
        if (function != null) {
            Tensor arranged = lowering.arranged(arriving, output.description(), lowering.backward());
            delta = ActivationKernel.backward(lowering, function, output, output, arranged);
        }
        delta.share();
        lowering.arrive(operation.left(), delta);
        lowering.arrive(operation.right(), delta);
    }
}
