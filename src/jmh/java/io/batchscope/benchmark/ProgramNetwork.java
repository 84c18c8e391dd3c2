package io.batchscope.benchmark;

import io.batchscope.train.Operation;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Program;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** A network that is timed on a GPU, written down as a program, so that nothing but Batchscope's own classes is needed. */
public enum ProgramNetwork implements TimedNetwork {
    /** 784-256-128-10, ReLU. */
    MLP("mlp") {
        @Override
        int describe(NetworkDraft draft) {
            int first = draft.rectified(draft.dense(0, 784, 256));
            return draft.dense(draft.rectified(draft.dense(first, 256, 128)), 128, CLASSES);
        }
    },
    /** 5×5×32, pool 2, 5×5×64, pool 2, dense 512, on 1×28×28 without padding, ReLU. */
    CNN("cnn") {
        @Override
        int describe(NetworkDraft draft) {
            int first = draft.rectified(draft.convolution(0, 1, 32, 5));
            int second = draft.rectified(draft.convolution(draft.pooled(first, Pooling.Kind.MAXIMUM, 2), 32, 64, 5));
            int row = draft.flat(draft.pooled(second, Pooling.Kind.MAXIMUM, 2));
            return draft.dense(draft.rectified(draft.dense(row, 4 * 4 * 64, 512)), 512, CLASSES);
        }
    },
    /**
     * The residual network of He et al. 2016, section 4.2, with n = 3, so 20 layers: three stages of three blocks, 16, 32 and
     * 64 channels, batch normalization, on 3×32×32, ReLU; shortcuts are 1×1 convolutions where the shape changes.
     */
    RESNET20("resnet20") {
        @Override
        int describe(NetworkDraft draft) {
            int last = draft.rectified(draft.normalizedConvolution(0, 3, 16, 3, 1));
            int channels = 16;
            for (int stage : List.of(16, 32, 64)) {
                for (int block = 0; block < BLOCKS; block++) {
                    last = block(draft, last, channels, stage);
                    channels = stage;
                }
            }
            return draft.dense(draft.flat(draft.pooled(last, Pooling.Kind.AVERAGE_WITH_PADDING, 8)), channels, CLASSES);
        }
    };

    private static final int CLASSES = Workload.CLASSES;
    private static final int BLOCKS = 3;

    private final String label;

    ProgramNetwork(String label) {
        this.label = label;
    }

    /** The network of this name. */
    public static ProgramNetwork of(String label) {
        return Arrays.stream(values())
                .filter(network -> network.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model " + label + " (--models): must be one of "
                        + Arrays.stream(values()).map(ProgramNetwork::label).collect(Collectors.joining(", "))
                        + "; name one of them"));
    }

    /** Writes down the operations; returns the last value. */
    abstract int describe(NetworkDraft draft);

    private static int block(NetworkDraft draft, int input, int channelsIn, int channels) {
        int stride = channelsIn == channels ? 1 : 2;
        int first = draft.rectified(draft.normalizedConvolution(input, channelsIn, channels, 3, stride));
        int second = draft.normalizedConvolution(first, channels, channels, 3, 1);
        int shortcut = stride == 1 ? input : draft.normalizedConvolution(input, channelsIn, channels, 1, stride);
        return draft.rectified(draft.sum(second, shortcut));
    }

    /** Of one example. */
    public List<Integer> shape() {
        return switch (this) {
            case MLP -> List.of(784);
            case CNN -> List.of(1, 28, 28);
            case RESNET20 -> List.of(3, 32, 32);
        };
    }

    /** The network. */
    public Program program() {
        NetworkDraft draft = new NetworkDraft(shape());
        describe(draft);
        return draft.classifier();
    }

    /**
     * Parameters to start from: weights are normal with variance 2 / inputs (He et al. 2015), scales and running variances 1,
     * the rest 0.
     */
    public static float[] start(Program program, long seed) {
        float[] values = new float[program.parameterCount()];
        Random random = new Random(seed);
        for (Operation operation : program.operations()) {
            if (operation instanceof Dense dense) {
                weights(values, dense.weights(), dense.inputCount() * dense.outputCount(), dense.inputCount(), random);
            } else if (operation instanceof Convolution convolution) {
                int inputs = kernel(convolution);
                weights(values, convolution.weights(), inputs * convolution.channelsOut(), inputs, random);
            } else if (operation instanceof BatchNormalization norm) {
                Arrays.fill(values, norm.gamma(), norm.gamma() + norm.channels(), 1);
                Arrays.fill(values, norm.variance(), norm.variance() + norm.channels(), 1);
            }
        }
        return values;
    }

    private static void weights(float[] values, int from, int count, int inputs, Random random) {
        double scale = Math.sqrt(2.0 / inputs);
        for (int i = from; i < from + count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
    }

    /** Numbers that go into one of the result. */
    private static int kernel(Convolution convolution) {
        return convolution.channelsIn()
                * convolution.window().kernelHeight()
                * convolution.window().kernelWidth();
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public int featureCount() {
        return shape().stream().reduce(1, (a, b) -> a * b);
    }

    @Override
    public double operations(int batch) {
        Program program = program();
        double all = 0;
        double onData = 0;
        for (int i = 0; i < program.operations().size(); i++) {
            Operation operation = program.operations().get(i);
            double multiplications = multiplications(operation, program.shapes().get(i + 1));
            all += multiplications;
            onData += operation.inputs().contains(0) ? multiplications : 0;
        }
        return 2.0 * batch * (3 * all - onData);
    }

    /** Multiply-adds of one example's forward pass. */
    private static double multiplications(Operation operation, List<Integer> result) {
        if (operation instanceof Dense dense) {
            return (double) dense.inputCount() * dense.outputCount();
        }
        double numbers = result.stream().reduce(1, (a, b) -> a * b);
        return operation instanceof Convolution convolution ? numbers * kernel(convolution) : 0;
    }
}
