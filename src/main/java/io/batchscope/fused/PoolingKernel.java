package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_include_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_dst_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_workspace_md;

import io.batchscope.fused.Lowering.Argument;
import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation.Pooling;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Maximum or average pooling. */
final class PoolingKernel implements Kernel {
    private final Lowering lowering;
    private final Pooling operation;
    private final boolean rectified;
    private final Sizes sizes;
    private final dnnl_primitive_desc forward;
    private final Tensor input;
    private final Tensor output;
    private final @Nullable Tensor workspace;

    /**
     * @param rectified whether the input has been through a rectifier that is to be taken back here
     * @param result number of the value it makes
     */
    PoolingKernel(Lowering lowering, Pooling operation, boolean rectified, int result) {
        this.rectified = rectified;
        this.lowering = lowering;
        this.operation = operation;
        Natives natives = lowering.natives();
        this.input = lowering.value(operation.input());
        long[] dimensions = input.dimensions();
        this.sizes = Sizes.of(operation.window(), dimensions, dimensions, dimensions[1]);
        this.forward = natives.own(new dnnl_primitive_desc());
        check(
                dnnl_pooling_forward_primitive_desc_create(
                        forward,
                        OneDnn.engine(),
                        lowering.training() ? dnnl_forward_training : dnnl_forward_inference,
                        algorithm(),
                        input.description(),
                        natives.any(sizes.output()),
                        sizes.strides(),
                        sizes.kernel(),
                        sizes.dilations(),
                        sizes.padBefore(),
                        sizes.padAfter(),
                        null),
                "a pooling");
        this.output = lowering.tensor(Natives.wanted(forward, dnnl_query_dst_md), sizes.output());
        dnnl_memory_desc positions = Natives.wanted(forward, dnnl_query_workspace_md);
        this.workspace = Tensor.bytes(positions) == 0 ? null : lowering.tensor(positions);
        lowering.forward()
                .add(lowering.primitive(
                        forward, withWorkspace(new Argument(DNNL_ARG_SRC, input), new Argument(DNNL_ARG_DST, output))));
        lowering.setValue(result, output);
    }

    private int algorithm() {
        return switch (operation.kind()) {
            case MAXIMUM -> dnnl_pooling_max;
            case AVERAGE_WITH_PADDING -> dnnl_pooling_avg_include_padding;
            case AVERAGE_WITHOUT_PADDING -> dnnl_pooling_avg_exclude_padding;
        };
    }

    private Argument[] withWorkspace(Argument... arguments) {
        List<Argument> all = new ArrayList<>(List.of(arguments));
        if (workspace != null) {
            all.add(new Argument(DNNL_ARG_WORKSPACE, workspace));
        }
        return all.toArray(new Argument[0]);
    }

    @Override
    public void backward(Tensor arriving) {
        if (!lowering.wantsGradient(operation.input())) {
            return;
        }
        Natives natives = lowering.natives();
        Tensor arranged = lowering.arranged(arriving, output.description(), lowering.backward());
        Tensor delta = rectified
                ? ActivationKernel.backward(lowering, ActivationFunction.RECTIFIER, output, output, arranged)
                : arranged;
        dnnl_primitive_desc description = natives.own(new dnnl_primitive_desc());
        check(
                dnnl_pooling_backward_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        algorithm(),
                        input.description(),
                        delta.description(),
                        sizes.strides(),
                        sizes.kernel(),
                        sizes.dilations(),
                        sizes.padBefore(),
                        sizes.padAfter(),
                        forward,
                        null),
                "the gradient of a pooling");
        Tensor result = lowering.tensor(input.description(), input.dimensions());
        lowering.backward()
                .add(lowering.primitive(
                        description,
                        withWorkspace(
                                new Argument(DNNL_ARG_DIFF_DST, delta), new Argument(DNNL_ARG_DIFF_SRC, result))));
        lowering.arrive(operation.input(), result);
    }
}
