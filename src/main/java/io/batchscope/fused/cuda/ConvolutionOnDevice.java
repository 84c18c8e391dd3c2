package io.batchscope.fused.cuda;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolution by cuDNN, bias and activation by one kernel. cuDNN pads both sides alike; where that is not so, the image is
 * put into a frame first.
 */
final class ConvolutionOnDevice implements DeviceOperation {
    private final DeviceLowering lowering;
    private final Convolution operation;
    private final @Nullable ActivationFunction function;
    private final int result;
    private final @Nullable Frame frame;
    private final DeviceTensor input;
    private final DeviceTensor output;
    private final CudnnConvolution convolution;

    /**
     * @param function fused activation; null: none
     * @param result number of the value it makes
     */
    ConvolutionOnDevice(
            DeviceLowering lowering, Convolution operation, @Nullable ActivationFunction function, int result) {
        this.lowering = lowering;
        this.operation = operation;
        this.function = function;
        this.result = result;
        List<Integer> in = lowering.shape(operation.input());
        Window window = operation.window();
        boolean even = window.padTop() == window.padBottom() && window.padLeft() == window.padRight();
        this.frame = even ? null : new Frame(lowering, in, window);
        DeviceTensor given = lowering.value(operation.input());
        this.input = frame == null ? given : frame.around(given);
        this.convolution = new CudnnConvolution(
                lowering.gpu(),
                operation,
                lowering.rows(),
                frame == null ? in : frame.shape(),
                lowering.shape(result),
                even ? window.padTop() : 0,
                even ? window.padLeft() : 0,
                lowering.training(),
                lowering.wantsGradient(operation.input()));
        lowering.own(convolution);
        this.output = lowering.floats(lowering.count(result));
        DeviceTensor weights = lowering.parameters(operation.weights());
        DeviceTensor work = lowering.bytes(convolution.forwardBytes());
        lowering.step(() -> convolution.forward(input, weights, work, output), input, work, output);
        finish();
        lowering.setValue(result, output);
    }

    private void finish() {
        boolean biased = operation.bias() != Operation.ABSENT;
        if (!biased && function == null) {
            return;
        }
        DeviceTensor bias = biased ? lowering.parameters(operation.bias()) : output;
        int inner = lowering.inner(result);
        long planes = (long) lowering.rows() * operation.channelsOut();
        lowering.step(
                () -> lowering.gpu()
                        .launch(
                                "bias_activation",
                                DeviceLowering.planeBlocks(planes),
                                1,
                                DeviceLowering.planeThreads(inner),
                                output,
                                bias,
                                biased ? 1 : 0,
                                planes,
                                inner,
                                operation.channelsOut(),
                                0,
                                DeviceLowering.function(function),
                                DeviceLowering.alpha(function)),
                output);
    }

    @Override
    public void backward(DeviceTensor gradient) {
        DeviceTensor delta =
                function == null ? gradient : lowering.behind(function, output, gradient, lowering.count(result));
        DeviceTensor work = lowering.bytes(convolution.backwardWeightsBytes());
        lowering.step(
                () -> convolution.backwardWeights(input, delta, work, lowering.gradient(operation.weights())),
                input,
                delta,
                work);
        if (operation.bias() != Operation.ABSENT) {
            sumChannels(delta);
        }
        lowering.isFinal(operation);
        if (lowering.wantsGradient(operation.input())) {
            DeviceTensor inner = lowering.floats(
                    frame == null ? lowering.count(operation.input()) : (long) lowering.rows() * frame.length());
            DeviceTensor innerWork = lowering.bytes(convolution.backwardDataBytes());
            DeviceTensor weights = lowering.parameters(operation.weights());
            lowering.step(() -> convolution.backwardData(weights, delta, innerWork, inner), delta, innerWork, inner);
            lowering.arrive(operation.input(), frame == null ? inner : frame.inside(inner));
        }
    }

    private void sumChannels(DeviceTensor delta) {
        int channels = operation.channelsOut();
        int inner = lowering.inner(result);
        ChannelSlices slices = ChannelSlices.of(lowering.rows(), channels, inner);
        DeviceTensor partial = lowering.floats((long) slices.slices() * channels);
        lowering.step(
                () -> lowering.gpu()
                        .launch(
                                "channel_sums",
                                channels,
                                slices.slices(),
                                DeviceLowering.THREADS,
                                delta,
                                partial,
                                slices.rows(),
                                channels,
                                inner,
                                slices.rowsPerSlice()),
                delta,
                partial);
        lowering.elementwise(
                "sum_slices",
                channels,
                List.of(partial, lowering.gradient(operation.bias()), channels, slices.slices()),
                partial);
    }
}
