package io.batchscope.fused.cuda;

import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Window;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Maximum or average of windows. A maximum remembers where it stood. */
final class PoolingOnDevice implements DeviceOperation {
    private static final int SHAPE_BYTES = 13 * Integer.BYTES;

    private final DeviceLowering lowering;
    private final Pooling operation;
    private final List<Integer> in;
    private final List<Integer> out;
    private final DeviceTensor places;

    /** @param result number of the value it makes */
    PoolingOnDevice(DeviceLowering lowering, Pooling operation, int result) {
        this.lowering = lowering;
        this.operation = operation;
        this.in = lowering.shape(operation.input());
        this.out = lowering.shape(result);
        DeviceTensor input = lowering.value(operation.input());
        DeviceTensor output = lowering.floats(lowering.count(result));
        boolean maximum = operation.kind() == Pooling.Kind.MAXIMUM;
        this.places = lowering.bytes(maximum ? lowering.count(result) * Integer.BYTES : Integer.BYTES);
        long images = (long) lowering.rows() * in.get(0);
        lowering.step(
                () -> lowering.gpu()
                        .launch(
                                "pooling",
                                DeviceLowering.planeBlocks(images),
                                1,
                                DeviceLowering.planeThreads(out.get(1) * out.get(2)),
                                input,
                                output,
                                places,
                                images,
                                shape()),
                input,
                output,
                places);
        lowering.setValue(result, output);
    }

    /** Number of the kind in the kernels. */
    private int kind() {
        return switch (operation.kind()) {
            case MAXIMUM -> 0;
            case AVERAGE_WITH_PADDING -> 1;
            case AVERAGE_WITHOUT_PADDING -> 2;
        };
    }

    /** As the kernels' PoolingShape has it. */
    private ByteBuffer shape() {
        Window window = operation.window();
        ByteBuffer bytes = ByteBuffer.allocate(SHAPE_BYTES).order(ByteOrder.nativeOrder());
        for (int number : new int[] {
            kind(),
            in.get(1),
            in.get(2),
            out.get(1),
            out.get(2),
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            window.dilationHeight(),
            window.dilationWidth(),
            window.padTop(),
            window.padLeft()
        }) {
            bytes.putInt(number);
        }
        return bytes;
    }

    @Override
    public void backward(DeviceTensor gradient) {
        if (!lowering.wantsGradient(operation.input())) {
            return;
        }
        DeviceTensor result = lowering.floats(lowering.count(operation.input()));
        long images = (long) lowering.rows() * in.get(0);
        lowering.step(
                () -> lowering.gpu()
                        .launch(
                                "pooling_gradient",
                                DeviceLowering.planeBlocks(images),
                                1,
                                DeviceLowering.planeThreads(in.get(1) * in.get(2)),
                                gradient,
                                places,
                                result,
                                images,
                                shape()),
                gradient,
                places,
                result);
        lowering.arrive(operation.input(), result);
    }
}
