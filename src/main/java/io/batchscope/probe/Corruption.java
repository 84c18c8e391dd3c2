package io.batchscope.probe;

import io.batchscope.data.Gaussian;
import io.batchscope.data.SplitMix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A way to spoil an example's normalized features, in the spirit of Hendrycks and Dietterich 2019: the same for an
 * example whenever it is done.
 */
sealed interface Corruption {
    /** The word in metrics. */
    String name();

    /** How much. */
    double severity();

    /**
     * Spoils one example.
     *
     * @param number of the example in its split
     * @param features of it, in {@code features[offset …]}
     */
    void apply(long number, float[] features, int offset);

    /** All that suit examples of this shape, at three severities each: channels, height, width for images, or one number. */
    static List<Corruption> suitable(List<Integer> shape) {
        int features = shape.stream().reduce(1, Math::multiplyExact);
        List<Corruption> all = new ArrayList<>();
        Stream.of(0.25, 0.5, 1.0).forEach(severity -> all.add(new Noise(features, severity)));
        if (shape.size() == Image.DIMENSIONS) {
            Image image = new Image(shape.get(0), shape.get(1), shape.get(2));
            Stream.of(0.5, 1.0, 2.0).forEach(severity -> all.add(new Blur(image, severity)));
            Stream.of(1, 2, 4).forEach(pixels -> all.add(new Shift(image, pixels)));
        }
        return List.copyOf(all);
    }

    /** Where an image's numbers lie: channel by channel, there row by row. Beyond its edges their pixels go on. */
    record Image(int channels, int height, int width) {
        static final int DIMENSIONS = 3;

        private int size() {
            return channels * height * width;
        }

        private int place(int channel, int row, int column) {
            int y = Math.min(height - 1, Math.max(0, row));
            int x = Math.min(width - 1, Math.max(0, column));
            return (channel * height + y) * width + x;
        }
    }

    /** Gives each pixel. */
    @FunctionalInterface
    interface Pixel {
        float at(int channel, int row, int column);
    }

    private static void fill(Image image, float[] into, int offset, Pixel pixel) {
        for (int channel = 0; channel < image.channels; channel++) {
            for (int row = 0; row < image.height; row++) {
                for (int column = 0; column < image.width; column++) {
                    into[offset + image.place(channel, row, column)] = pixel.at(channel, row, column);
                }
            }
        }
    }

    /**
     * Adds severity · N(0, 1) to every feature: normalized features have a standard deviation of 1. Of the same example each
     * severity adds the same noise, larger.
     */
    record Noise(int features, double severity) implements Corruption {
        private static final long STREAM = 0x696e70757473L;

        @Override
        public String name() {
            return "noise";
        }

        @Override
        public void apply(long number, float[] values, int offset) {
            Gaussian gaussian = new Gaussian(new SplitMix(SplitMix.mix(SplitMix.mix(STREAM) + number)));
            for (int i = offset; i < offset + features; i++) {
                values[i] += (float) (severity * gaussian.next());
            }
        }
    }

    /**
     * Replaces every pixel by an average over its surroundings, with weights e^(−d²/(2σ²)) for a distance of d pixels down or
     * across up to 3σ, which add up to 1.
     *
     * @param severity σ, in pixels
     */
    record Blur(Image image, double severity) implements Corruption {
        @Override
        public String name() {
            return "blur";
        }

        @Override
        public void apply(long number, float[] values, int offset) {
            float[] weights = weights();
            int reach = weights.length / 2;
            float[] across = new float[image.size()];
            fill(image, across, 0, (channel, row, column) -> {
                float sum = 0;
                for (int i = -reach; i <= reach; i++) {
                    sum += weights[reach + i] * values[offset + image.place(channel, row, column + i)];
                }
                return sum;
            });
            fill(image, values, offset, (channel, row, column) -> {
                float sum = 0;
                for (int i = -reach; i <= reach; i++) {
                    sum += weights[reach + i] * across[image.place(channel, row + i, column)];
                }
                return sum;
            });
        }

        private float[] weights() {
            int reach = (int) Math.ceil(3 * severity);
            double[] weights = new double[2 * reach + 1];
            double sum = 0;
            for (int i = -reach; i <= reach; i++) {
                weights[reach + i] = StrictMath.exp(-i * i / (2 * severity * severity));
                sum += weights[reach + i];
            }
            float[] normalized = new float[weights.length];
            for (int i = 0; i < weights.length; i++) {
                normalized[i] = (float) (weights[i] / sum);
            }
            return normalized;
        }
    }

    /**
     * Moves the image by so many pixels; what comes in at the edge repeats it. Example number n moves to the right, down, to the
     * left or up, as n mod 4 is 0, 1, 2 or 3.
     */
    record Shift(Image image, int pixels) implements Corruption {
        private static final int[] DOWN = {0, 1, 0, -1};
        private static final int[] RIGHT = {1, 0, -1, 0};

        @Override
        public String name() {
            return "shift";
        }

        @Override
        public double severity() {
            return pixels;
        }

        @Override
        public void apply(long number, float[] values, int offset) {
            int direction = (int) (number % DOWN.length);
            int down = pixels * DOWN[direction];
            int right = pixels * RIGHT[direction];
            float[] before = java.util.Arrays.copyOfRange(values, offset, offset + image.size());
            fill(
                    image,
                    values,
                    offset,
                    (channel, row, column) -> before[image.place(channel, row - down, column - right)]);
        }
    }
}
