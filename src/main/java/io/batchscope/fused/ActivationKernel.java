package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation.Activation;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** A function of every number, where it could not be fused into what comes before. */
final class ActivationKernel implements Kernel {
    private final Lowering lowering;
    private final Activation operation;
    private final Tensor input;
    private final Tensor output;

    ActivationKernel(Lowering lowering, Activation operation, int result) {
        this.lowering = lowering;
        this.operation = operation;
        this.input = lowering.value(operation.input());
        this.output = lowering.tensor(input.description(), input.dimensions());
        lowering.forward()
                .add(lowering.primitive(
                        forward(lowering, operation.function(), input.description()),
                        new Lowering.Argument(DNNL_ARG_SRC, input),
                        new Lowering.Argument(DNNL_ARG_DST, output)));
        lowering.setValue(result, output);
    }

    private static dnnl_primitive_desc forward(
            Lowering lowering, ActivationFunction function, dnnl_memory_desc description) {
        dnnl_primitive_desc forward = lowering.natives().own(new dnnl_primitive_desc());
        check(
                dnnl_eltwise_forward_primitive_desc_create(
                        forward,
                        OneDnn.engine(),
                        dnnl_forward_training,
                        Elementwise.forward(function),
                        description,
                        description,
                        Elementwise.alpha(function),
                        0f,
                        null),
                "an activation");
        return forward;
    }

    @Override
    public void backward(Tensor gradient) {
        Tensor arranged = lowering.arranged(gradient, output.description(), lowering.backward());
        lowering.arrive(operation.input(), backward(lowering, operation.function(), input, output, arranged));
    }

    /**
     * Adds the step that takes a gradient back through a function.
     *
     * @param input what the function was of; not looked at if its derivative follows from the result
     * @param output its result
     * @param gradient of the result, in the same order as that; written over unless others read it
     * @return the gradient of {@code input}
     */
    static Tensor backward(
            Lowering lowering, ActivationFunction function, Tensor input, Tensor output, Tensor gradient) {
        dnnl_memory_desc description = output.description();
        dnnl_primitive_desc backward = lowering.natives().own(new dnnl_primitive_desc());
        check(
                dnnl_eltwise_backward_primitive_desc_create(
                        backward,
                        OneDnn.engine(),
                        Elementwise.backward(function),
                        description,
                        description,
                        description,
                        Elementwise.alpha(function),
                        0f,
                        forward(lowering, function, description),
                        null),
                "the derivative of an activation");
        Tensor result = gradient.isShared() ? lowering.tensor(description, output.dimensions()) : gradient;
        boolean fromResult = function.slopeFollowsFromResult();
        lowering.backward()
                .add(lowering.primitive(
                        backward,
                        new Lowering.Argument(fromResult ? DNNL_ARG_DST : DNNL_ARG_SRC, fromResult ? output : input),
                        new Lowering.Argument(DNNL_ARG_DIFF_DST, gradient),
                        new Lowering.Argument(DNNL_ARG_DIFF_SRC, result)));
        return result;
    }
}
