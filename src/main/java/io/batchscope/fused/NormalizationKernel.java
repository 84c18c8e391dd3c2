package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_batch_normalization_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_batch_normalization_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_workspace_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import io.batchscope.fused.Lowering.Argument;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.BatchNormalization;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Batch normalization, with the rectifier that follows it. */
final class NormalizationKernel implements Kernel {
    private final Lowering lowering;
    private final BatchNormalization operation;
    private final int flags;
    private final dnnl_primitive_desc forward;
    private final Tensor input;
    private final Tensor output;
    private final Tensor scale;
    private final Tensor mean;
    private final Tensor variance;
    private final @Nullable Tensor workspace;

    /**
     * @param rectified whether max(·, 0) follows and is fused
     * @param result number of the value it makes
     */
    NormalizationKernel(Lowering lowering, BatchNormalization operation, boolean rectified, int result) {
        this.lowering = lowering;
        this.operation = operation;
        boolean training = lowering.training();
        this.flags = dnnl_use_scale
                | dnnl_use_shift
                | (rectified ? dnnl_fuse_norm_relu : 0)
                | (training ? 0 : dnnl_use_global_stats);
        this.input = lowering.value(operation.input());
        this.output = lowering.tensor(input.description(), input.dimensions());
        this.forward = describe();
        int channels = operation.channels();
        this.scale = parameter(operation.gamma(), operation.fixedGamma());
        Tensor shift = parameter(operation.beta(), operation.fixedBeta());
        this.mean = training ? own(channels) : lowering.parameters(operation.mean(), channels);
        this.variance = training || operation.logarithmic()
                ? own(channels)
                : lowering.parameters(operation.variance(), channels);
        dnnl_memory_desc signs = Natives.wanted(forward, dnnl_query_workspace_md);
        this.workspace = Tensor.bytes(signs) == 0 ? null : lowering.tensor(signs);
        if (!training && operation.logarithmic()) {
            lowering.forward().add(Statistics.squared(lowering.parameters(operation.variance(), channels), variance));
        }
        lowering.forward()
                .add(lowering.primitive(
                        forward,
                        arguments(
                                new Argument(DNNL_ARG_SRC, input),
                                new Argument(DNNL_ARG_DST, output),
                                new Argument(DNNL_ARG_SHIFT, shift))));
        lowering.setValue(result, output);
    }

    private dnnl_primitive_desc describe() {
        dnnl_primitive_desc description = lowering.natives().own(new dnnl_primitive_desc());
        check(
                dnnl_batch_normalization_forward_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        lowering.training() ? dnnl_forward_training : dnnl_forward_inference,
                        input.description(),
                        output.description(),
                        operation.epsilon(),
                        flags,
                        null),
                "a batch normalization");
        return description;
    }

    private Tensor own(int count) {
        return lowering.tensor(lowering.natives().plain(count), count);
    }

    private Tensor parameter(int offset, float fixed) {
        return offset == Operation.ABSENT
                ? lowering.constant(fixed, operation.channels())
                : lowering.parameters(offset, operation.channels());
    }

    private Argument[] arguments(Argument... first) {
        List<Argument> all = new ArrayList<>(List.of(first));
        all.add(new Argument(DNNL_ARG_SCALE, scale));
        all.add(new Argument(DNNL_ARG_MEAN, mean));
        all.add(new Argument(DNNL_ARG_VARIANCE, variance));
        if (workspace != null) {
            all.add(new Argument(DNNL_ARG_WORKSPACE, workspace));
        }
        return all.toArray(new Argument[0]);
    }

    @Override
    public void backward(Tensor arriving) {
        List<Step> steps = lowering.backward();
        Tensor delta = lowering.arranged(arriving, output.description(), steps);
        dnnl_primitive_desc description = lowering.natives().own(new dnnl_primitive_desc());
        check(
                dnnl_batch_normalization_backward_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        dnnl_backward,
                        input.description(),
                        delta.description(),
                        input.description(),
                        operation.epsilon(),
                        flags,
                        forward,
                        null),
                "the gradient of a batch normalization");
        Tensor result = lowering.tensor(input.description(), input.dimensions());
        List<Argument> all = new ArrayList<>(List.of(
                new Argument(DNNL_ARG_SRC, input),
                new Argument(DNNL_ARG_DIFF_DST, delta),
                new Argument(DNNL_ARG_DIFF_SRC, result),
                new Argument(DNNL_ARG_DIFF_SCALE, derivative(operation.gamma())),
                new Argument(DNNL_ARG_DIFF_SHIFT, derivative(operation.beta()))));
        steps.add(lowering.primitive(description, arguments(all.toArray(new Argument[0]))));
        steps.add(new Statistics(lowering, operation, mean, variance));
        lowering.handOver(operation);
        lowering.arrive(operation.input(), result);
    }

    private Tensor derivative(int offset) {
        return offset == Operation.ABSENT ? own(operation.channels()) : lowering.gradient(offset, operation.channels());
    }
}
