package io.batchscope.fused;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.data.SplitMix;
import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.Addition;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Operation.Dropout;
import io.batchscope.train.Operation.Flatten;
import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Program;
import io.batchscope.train.Window;
import java.util.List;

/** Small programs, start parameters and examples, all from fixed seeds. */
public final class SamplePrograms {
    public static final int CLASSES = 3;

    private static final ActivationFunction RECTIFIER = ActivationFunction.RECTIFIER;

    private SamplePrograms() {}

    /** Two dense layers with a rectifier between. */
    public static Program dense(int features, int hidden) {
        int second = features * hidden + hidden;
        return new Program(
                List.of(features),
                List.of(
                        new Dense(0, features, hidden, 0, features * hidden),
                        new Activation(1, RECTIFIER),
                        new Dense(2, hidden, CLASSES, second, second + hidden * CLASSES)),
                new Program.Loss.SoftmaxCrossEntropy(1e-10f),
                second + hidden * CLASSES + CLASSES);
    }

    /** One number, with squared error. */
    public static Program regression(int features) {
        return new Program(
                List.of(features),
                List.of(new Dense(0, features, 1, 0, features)),
                new Program.Loss.MeanSquaredError(),
                features + 1);
    }

    /** Dense with dropout of the input. */
    public static Program dropout(int features, double retain) {
        return new Program(
                List.of(features),
                List.of(new Dropout(0, retain), new Dense(1, features, CLASSES, 0, Operation.ABSENT)),
                new Program.Loss.SoftmaxCrossEntropy(1e-10f),
                features * CLASSES);
    }

    /** A residual block on 2×6×6 images: convolution, normalization, rectifier, convolution, plus the first's result. */
    public static Program residual() {
        int channels = 5;
        int first = 0;
        int normal = channels * 2 * 9;
        int second = normal + 4 * channels;
        int last = second + channels * channels * 9 + channels;
        int features = channels * 3 * 3;
        Window same = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
        return new Program(
                List.of(2, 6, 6),
                List.of(
                        new Convolution(0, 2, channels, same, first, Operation.ABSENT),
                        new BatchNormalization(
                                1,
                                channels,
                                1e-5f,
                                0.9f,
                                normal,
                                normal + channels,
                                1,
                                0,
                                normal + 2 * channels,
                                normal + 3 * channels,
                                false),
                        new Activation(2, RECTIFIER),
                        new Convolution(3, channels, channels, same, second + channels, second),
                        new Addition(4, 3),
                        new Activation(5, RECTIFIER),
                        new Pooling(6, Pooling.Kind.AVERAGE_WITH_PADDING, Window.square(2, 2)),
                        new Flatten(7),
                        new Dense(8, features, CLASSES, last, last + features * CLASSES)),
                new Program.Loss.SoftmaxCrossEntropy(1e-10f),
                last + features * CLASSES + CLASSES);
    }

    /** Parameters in 0.1 … 0.5, every other one negative where {@code signed}. */
    public static float[] start(Program program, boolean signed) {
        SplitMix random = new SplitMix(11);
        float[] values = new float[program.parameterCount()];
        for (int i = 0; i < values.length; i++) {
            float magnitude = 0.1f + random.below(1000) / 2500f;
            values[i] = signed && i % 2 == 1 ? -magnitude : magnitude;
        }
        // Running variances must not be negative.
        program.heldParameters().forEach(range -> {
            for (int i = range.from(); i < range.to(); i++) {
                values[i] = Math.abs(values[i]);
            }
        });
        return values;
    }

    public static Batch batch(int from, int to, int features) {
        Batch batch = new Batch(to - from, features);
        batch.fill(new Noise(to, features), from, to);
        return batch;
    }

    /** Features in −1 … 1, each class as often as the others. */
    public record Noise(int size, int featureCount) implements Examples {
        @Override
        public void copyFeatures(int index, float[] into, int offset) {
            SplitMix random = new SplitMix(index);
            for (int i = 0; i < featureCount; i++) {
                into[offset + i] = random.below(2001) / 1000f - 1;
            }
        }

        @Override
        public int classOf(int index) {
            return index % CLASSES;
        }

        @Override
        public float targetOf(int index) {
            return index % 7;
        }
    }
}
