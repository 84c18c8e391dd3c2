package io.batchscope.fused.cuda;

import io.batchscope.train.Operation;
import io.batchscope.train.Operation.BatchNormalization;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Batch normalization, with the rectifier that follows it. */
final class NormalizationOnDevice implements DeviceOperation {
    /** Four addresses, three floats and an int: the kernels' Normalization. */
    private static final int STRUCTURE_BYTES = 4 * Long.BYTES + 3 * Float.BYTES + Integer.BYTES;

    private final DeviceLowering lowering;
    private final BatchNormalization operation;
    private final boolean rectified;
    private final int channels;
    private final int inner;
    private final long planes;
    private final int length;
    private final ChannelSlices slices;
    private final DeviceTensor input;
    private final DeviceTensor mean;
    private final DeviceTensor variance;

    /**
     * @param rectified whether max(·, 0) follows and is fused
     * @param result number of the value it makes
     */
    NormalizationOnDevice(DeviceLowering lowering, BatchNormalization operation, boolean rectified, int result) {
        this.lowering = lowering;
        this.operation = operation;
        this.rectified = rectified;
        this.channels = operation.channels();
        this.inner = lowering.inner(result);
        this.planes = inner == 1 ? lowering.rows() : (long) lowering.rows() * channels;
        this.length = inner == 1 ? channels : inner;
        this.slices = ChannelSlices.of(lowering.rows(), channels, inner);
        this.input = lowering.value(operation.input());
        this.variance = lowering.floats(channels);
        if (lowering.training()) {
            this.mean = lowering.floats(channels);
            measure();
        } else {
            this.mean = lowering.parameters(operation.mean());
            DeviceTensor stored = lowering.parameters(operation.variance());
            lowering.elementwise(
                    "running_variance",
                    channels,
                    List.of(stored, variance, channels, operation.logarithmic() ? 1 : 0),
                    variance);
        }
        DeviceTensor output = lowering.floats(lowering.count(result));
        overPlanes("normalization", List.of(input, output), List.of(), input, output, mean, variance);
        lowering.setValue(result, output);
    }

    private void measure() {
        DeviceTensor partial = lowering.floats(2L * slices.slices() * channels);
        lowering.step(
                () -> lowering.gpu()
                        .launch(
                                "channel_moments",
                                channels,
                                slices.slices(),
                                DeviceLowering.THREADS,
                                input,
                                partial,
                                slices.rows(),
                                channels,
                                inner,
                                slices.rowsPerSlice()),
                input,
                partial);
        lowering.elementwise(
                "finish_moments",
                channels,
                List.of(
                        partial,
                        mean,
                        variance,
                        slices.rows(),
                        channels,
                        inner,
                        slices.rowsPerSlice(),
                        slices.slices()),
                partial,
                mean,
                variance);
    }

    /** Adds a kernel that normalizes plane by plane: its tensors, the structure, what else it takes, the planes. */
    private void overPlanes(String kernel, List<Object> tensors, List<Object> more, DeviceTensor... uses) {
        lowering.step(
                () -> {
                    Object[] arguments = java.util.stream.Stream.of(
                                    tensors,
                                    List.of(structure()),
                                    more,
                                    List.of(planes, length, channels, inner == 1 ? 1 : 0))
                            .flatMap(List::stream)
                            .toArray();
                    lowering.gpu()
                            .launch(
                                    kernel,
                                    DeviceLowering.planeBlocks(planes),
                                    1,
                                    DeviceLowering.planeThreads(length),
                                    arguments);
                },
                uses);
    }

    /** As the kernels have it; made when it is launched, for tensors may move. */
    private ByteBuffer structure() {
        return ByteBuffer.allocate(STRUCTURE_BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(mean.address())
                .putLong(variance.address())
                .putLong(parameter(operation.gamma()))
                .putLong(parameter(operation.beta()))
                .putFloat(operation.fixedGamma())
                .putFloat(operation.fixedBeta())
                .putFloat(operation.epsilon())
                .putInt(rectified ? 1 : 0);
    }

    private long parameter(int offset) {
        return offset == Operation.ABSENT ? 0 : lowering.parameters(offset).address();
    }

    @Override
    public void backward(DeviceTensor gradient) {
        DeviceTensor partial = lowering.floats(2L * slices.slices() * channels);
        lowering.step(
                () -> lowering.gpu()
                        .launch(
                                "normalization_sums",
                                channels,
                                slices.slices(),
                                DeviceLowering.THREADS,
                                input,
                                gradient,
                                partial,
                                structure(),
                                slices.rows(),
                                channels,
                                inner,
                                slices.rowsPerSlice()),
                input,
                gradient,
                partial,
                mean,
                variance);
        DeviceTensor sums = lowering.floats(2L * channels);
        lowering.elementwise(
                "sum_slices", 2L * channels, List.of(partial, sums, 2 * channels, slices.slices()), partial, sums);
        giveParameters(sums);
        moveStatistics();
        lowering.isFinal(operation);
        if (lowering.wantsGradient(operation.input())) {
            DeviceTensor result = lowering.floats(lowering.count(operation.input()));
            float share = 1f / ((float) lowering.rows() * inner);
            overPlanes(
                    "normalization_gradient",
                    List.of(input, gradient, result, sums),
                    List.of(share),
                    input,
                    gradient,
                    result,
                    sums,
                    mean,
                    variance);
            lowering.arrive(operation.input(), result);
        }
    }

    /** The sums are the gradients of β and γ. */
    private void giveParameters(DeviceTensor sums) {
        if (operation.beta() != Operation.ABSENT) {
            lowering.elementwise(
                    "sum_slices", channels, List.of(sums, lowering.gradient(operation.beta()), channels, 1), sums);
        }
        if (operation.gamma() != Operation.ABSENT) {
            lowering.elementwise(
                    "second_half", channels, List.of(sums, lowering.gradient(operation.gamma()), channels), sums);
        }
    }

    private void moveStatistics() {
        lowering.elementwise(
                "statistics",
                channels,
                List.of(
                        mean,
                        variance,
                        lowering.parameters(operation.mean()),
                        lowering.parameters(operation.variance()),
                        lowering.gradient(operation.mean()),
                        lowering.gradient(operation.variance()),
                        channels,
                        lowering.rows(),
                        operation.decay(),
                        operation.logarithmic() ? 1 : 0,
                        lowering.passValues()),
                mean,
                variance);
    }
}
