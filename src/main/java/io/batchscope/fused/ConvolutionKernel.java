package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_dst_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_src_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_dst_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_src_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import io.batchscope.fused.Lowering.Argument;
import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Convolution;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Convolution with bias and activation. All memory is in the order that oneDNN asks for: with a prescribed one it may
 * fall back to a plain reference loop.
 */
final class ConvolutionKernel implements Kernel {
    private final Lowering lowering;
    private final Convolution operation;
    private final Following following;
    private final Sizes sizes;
    private final dnnl_primitive_desc forward;
    private final Tensor input;
    private final Tensor weights;
    private final Tensor output;

    /**
     * @param following the activation that follows and is fused
     * @param result number of the value it makes
     */
    ConvolutionKernel(Lowering lowering, Convolution operation, Following following, int result) {
        this.lowering = lowering;
        this.operation = operation;
        this.following = following;
        Natives natives = lowering.natives();
        Tensor given = lowering.value(operation.input());
        this.sizes = Sizes.of(operation, given.dimensions());
        this.forward = natives.own(new dnnl_primitive_desc());
        check(
                dnnl_convolution_forward_primitive_desc_create(
                        forward,
                        OneDnn.engine(),
                        lowering.training() ? dnnl_forward_training : dnnl_forward_inference,
                        dnnl_convolution_direct,
                        natives.any(sizes.input()),
                        natives.any(sizes.weights()),
                        bias(),
                        natives.any(sizes.output()),
                        sizes.strides(),
                        sizes.dilations(),
                        sizes.padBefore(),
                        sizes.padAfter(),
                        natives.followedBy(following.forward())),
                "a convolution");
        List<Step> steps = lowering.forward();
        this.input = lowering.arranged(given, Natives.wanted(forward, dnnl_query_src_md), steps);
        this.weights = lowering.parameters(operation.weights(), sizes.weights());
        this.output = lowering.tensor(Natives.wanted(forward, dnnl_query_dst_md), sizes.output());
        List<Argument> arguments = new ArrayList<>(List.of(
                new Argument(DNNL_ARG_SRC, input),
                new Argument(
                        DNNL_ARG_WEIGHTS,
                        lowering.arranged(weights, Natives.wanted(forward, dnnl_query_weights_md), steps)),
                new Argument(DNNL_ARG_DST, output)));
        if (hasBias()) {
            arguments.add(new Argument(DNNL_ARG_BIAS, lowering.parameters(operation.bias(), operation.channelsOut())));
        }
        steps.add(lowering.primitive(forward, arguments.toArray(new Argument[0])));
        lowering.setValue(result, output);
    }

    private boolean hasBias() {
        return operation.bias() != Operation.ABSENT;
    }

    private @Nullable dnnl_memory_desc bias() {
        return hasBias() ? lowering.natives().plain(operation.channelsOut()) : null;
    }

    @Override
    public void backward(Tensor arriving) {
        List<Step> steps = lowering.backward();
        Tensor arranged = lowering.arranged(arriving, output.description(), steps);
        @Nullable ActivationFunction function = following.backward();
        Tensor delta =
                function == null ? arranged : ActivationKernel.backward(lowering, function, output, output, arranged);
        backwardWeights(delta, steps);
        lowering.handOver(operation);
        if (lowering.wantsGradient(operation.input())) {
            lowering.arrive(operation.input(), backwardInput(delta, steps));
        }
    }

    private void backwardWeights(Tensor delta, List<Step> steps) {
        Natives natives = lowering.natives();
        dnnl_primitive_desc description = natives.own(new dnnl_primitive_desc());
        check(
                dnnl_convolution_backward_weights_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        dnnl_convolution_direct,
                        natives.any(sizes.input()),
                        natives.any(sizes.weights()),
                        bias(),
                        natives.any(sizes.output()),
                        sizes.strides(),
                        sizes.dilations(),
                        sizes.padBefore(),
                        sizes.padAfter(),
                        forward,
                        null),
                "the weights' gradient of a convolution");
        Tensor blocked = lowering.tensor(Natives.wanted(description, dnnl_query_diff_weights_md), sizes.weights());
        List<Argument> arguments = new ArrayList<>(List.of(
                new Argument(
                        DNNL_ARG_SRC, lowering.arranged(input, Natives.wanted(description, dnnl_query_src_md), steps)),
                new Argument(
                        DNNL_ARG_DIFF_DST,
                        lowering.arranged(delta, Natives.wanted(description, dnnl_query_diff_dst_md), steps)),
                new Argument(DNNL_ARG_DIFF_WEIGHTS, blocked)));
        if (hasBias()) {
            arguments.add(
                    new Argument(DNNL_ARG_DIFF_BIAS, lowering.gradient(operation.bias(), operation.channelsOut())));
        }
        steps.add(lowering.primitive(description, arguments.toArray(new Argument[0])));
        lowering.reorder(blocked, lowering.gradient(operation.weights(), sizes.weights()), steps);
    }

    private Tensor backwardInput(Tensor delta, List<Step> steps) {
        Natives natives = lowering.natives();
        dnnl_primitive_desc description = natives.own(new dnnl_primitive_desc());
        check(
                dnnl_convolution_backward_data_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        dnnl_convolution_direct,
                        natives.any(sizes.input()),
                        natives.any(sizes.weights()),
                        natives.any(sizes.output()),
                        sizes.strides(),
                        sizes.dilations(),
                        sizes.padBefore(),
                        sizes.padAfter(),
                        forward,
                        null),
                "the input's gradient of a convolution");
        Tensor result = lowering.tensor(Natives.wanted(description, dnnl_query_diff_src_md), sizes.input());
        steps.add(lowering.primitive(
                description,
                new Argument(
                        DNNL_ARG_DIFF_DST,
                        lowering.arranged(delta, Natives.wanted(description, dnnl_query_diff_dst_md), steps)),
                new Argument(
                        DNNL_ARG_WEIGHTS,
                        lowering.arranged(weights, Natives.wanted(description, dnnl_query_weights_md), steps)),
                new Argument(DNNL_ARG_DIFF_SRC, result)));
        return result;
    }
}
