package io.batchscope.fused.cuda;

import io.batchscope.train.Window;
import java.util.List;

/** Images with zeros around them, for what pads both sides alike and shall not. */
final class Frame {
    private final DeviceLowering lowering;
    private final int channels;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final int top;
    private final int left;

    /** @param shape of one image: channels, height, width */
    Frame(DeviceLowering lowering, List<Integer> shape, Window window) {
        this.lowering = lowering;
        this.channels = shape.get(0);
        this.height = shape.get(1);
        this.width = shape.get(2);
        this.outHeight = height + window.padTop() + window.padBottom();
        this.outWidth = width + window.padLeft() + window.padRight();
        this.top = window.padTop();
        this.left = window.padLeft();
    }

    /** Shape of one framed image. */
    List<Integer> shape() {
        return List.of(channels, outHeight, outWidth);
    }

    /** Numbers of one framed image. */
    int length() {
        return channels * outHeight * outWidth;
    }

    /** The images with their frames. */
    DeviceTensor around(DeviceTensor images) {
        return copy(images, height, width, outHeight, outWidth, top, left);
    }

    /** Framed images without their frames. */
    DeviceTensor inside(DeviceTensor framed) {
        return copy(framed, outHeight, outWidth, height, width, -top, -left);
    }

    private DeviceTensor copy(
            DeviceTensor from, int fromHeight, int fromWidth, int toHeight, int toWidth, int down, int right) {
        long images = (long) lowering.rows() * channels;
        DeviceTensor to = lowering.floats(images * toHeight * toWidth);
        lowering.step(
                () -> lowering.gpu()
                        .launch(
                                "frame",
                                DeviceLowering.planeBlocks(images),
                                1,
                                DeviceLowering.planeThreads(toHeight * toWidth),
                                from,
                                to,
                                images,
                                fromHeight,
                                fromWidth,
                                toHeight,
                                toWidth,
                                down,
                                right),
                from,
                to);
        return to;
    }
}
