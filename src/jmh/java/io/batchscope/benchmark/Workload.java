package io.batchscope.benchmark;

import io.batchscope.nn.Model;
import io.batchscope.nn.Models;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A network whose training step is timed, and the batch sizes it is timed at. */
public enum Workload implements TimedNetwork {
    /** 784-256-128-10, ReLU. */
    MLP("mlp"),
    /** 5×5×32, pool 2, 5×5×64, pool 2, dense 512, on 1×28×28 without padding, ReLU. */
    CNN("cnn"),
    /** Residual network of 8 layers, 16, 32 and 64 channels, batch normalization, on 3×32×32, ReLU. */
    RESNET8("resnet8");

    /** Classes of every workload. */
    public static final int CLASSES = 10;

    private final String label;

    Workload(String label) {
        this.label = label;
    }

    /** The workload of this name. */
    public static Workload of(String label) {
        return Arrays.stream(values())
                .filter(workload -> workload.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model " + label + " (--models): must be one of "
                        + Arrays.stream(values()).map(Workload::label).collect(Collectors.joining(", "))
                        + "; name one of them"));
    }

    @Override
    public String label() {
        return label;
    }

    /** Of one example. */
    public List<Integer> shape() {
        return switch (this) {
            case MLP -> List.of(784);
            case CNN -> List.of(1, 28, 28);
            case RESNET8 -> List.of(3, 32, 32);
        };
    }

    @Override
    public int featureCount() {
        return shape().stream().reduce(1, (a, b) -> a * b);
    }

    /** The batch sizes of the table. */
    public List<Integer> batches() {
        return switch (this) {
            case MLP -> List.of(1, 8, 32, 128, 512, 2048, 8192);
            case CNN -> List.of(1, 32, 128, 512);
            case RESNET8 -> List.of(32, 128);
        };
    }

    /** Multiply-adds of one example's forward pass by layer, from the one that takes the data. */
    private long[] multiplications() {
        return switch (this) {
            case MLP -> new long[] {784 * 256, 256 * 128, 128 * 10};
            case CNN -> new long[] {24 * 24 * 25 * 32, 8 * 8 * 25 * 32 * 64, 4 * 4 * 64 * 512, 512 * 10};
            case RESNET8 ->
                new long[] {
                    32 * 32 * 9 * 3 * 16,
                    2 * 32 * 32 * 9 * 16 * 16,
                    16 * 16 * 9 * 16 * 32 + 16 * 16 * 9 * 32 * 32 + 16 * 16 * 16 * 32,
                    8 * 8 * 9 * 32 * 64 + 8 * 8 * 9 * 64 * 64 + 8 * 8 * 32 * 64,
                    64 * 10
                };
        };
    }

    @Override
    public double operations(int batch) {
        long[] layers = multiplications();
        return 2.0 * batch * (3 * LongStream.of(layers).sum() - layers[0]);
    }

    /** The network, as the project trains it. */
    public Model model() {
        return switch (this) {
            case MLP -> load(new Catalog("mlp", List.of(256, 128), "relu"));
            case CNN -> load(new Catalog("cnn", List.of(), "relu"));
            case RESNET8 -> load(new Catalog("resnet8", List.of(), "relu"));
        };
    }

    private Model load(Catalog catalog) {
        return Models.load(catalog, shape(), Task.CLASSIFICATION, CLASSES);
    }
}
