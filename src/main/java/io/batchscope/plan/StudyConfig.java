package io.batchscope.plan;

import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A study as a person asks for it. Every value has been checked by itself; combinations are the planner's.
 * The components carry the names of the configuration keys, which {@code conf/defaults.conf} explains.
 *
 * @param recipes to compare, at least one
 * @param replica what computes the gradients; empty: chosen by model and cluster
 * @param gpu how the CUDA replica computes
 * @param probes what is measured about trained networks, distinct
 */
public record StudyConfig(
        String name,
        DataConfig data,
        ModelConfig model,
        List<RecipeConfig> recipes,
        List<RequestedBatch> batchSizes,
        List<Long> seeds,
        Optional<Target> target,
        EvaluationConfig evaluation,
        SyncConfig sync,
        CheckpointConfig checkpoint,
        Optional<ReplicaKind> replica,
        GpuConfig gpu,
        MeasureConfig measure,
        List<ProbeKind> probes,
        RunOrder order,
        String output) {
    public StudyConfig {
        recipes = List.copyOf(recipes);
        batchSizes = List.copyOf(batchSizes);
        seeds = List.copyOf(seeds);
        probes = List.copyOf(probes);
    }

    /**
     * The data set.
     *
     * @param path directory of the prepared data set
     * @param trainFraction share of the training split to use, in (0, 1]
     * @param labelNoise share of the training examples used that get a wrong label, in [0, 1)
     * @param source how to make it when it is not there
     */
    public record DataConfig(String path, double trainFraction, double labelNoise, Optional<SourceConfig> source) {}

    /**
     * Where a data set comes from: what {@code data prepare} takes as options.
     *
     * @param format idx, csv, parquet or synthetic
     * @param input files or directories; {@code fashion-mnist} names a data set that can be fetched
     * @param test files of the test split; empty: part of the input
     * @param label name of the label column (csv, parquet)
     * @param validationFraction share of the training examples held out for validation, in [0, 1)
     * @param testFraction share of all examples held out for test where {@code test} is empty, in [0, 1)
     * @param shards Parquet files per split, at least 1
     * @param seed of the global shuffle
     */
    public record SourceConfig(
            String format,
            List<String> input,
            List<String> test,
            Optional<String> label,
            Task task,
            double validationFraction,
            double testFraction,
            int shards,
            long seed,
            Optional<SyntheticConfig> synthetic) {
        public SourceConfig {
            input = List.copyOf(input);
            test = List.copyOf(test);
        }
    }

    /**
     * A made-up problem: Gaussian clusters around random centres (classification) or a noisy linear map (regression).
     *
     * @param noise standard deviation added to features (classification) or labels (regression)
     */
    public record SyntheticConfig(int examples, int features, int classes, double noise) {}

    /** One entry of {@code batch-sizes}: a number, or {@code full} (empty). */
    public record RequestedBatch(OptionalLong size) {
        /** The whole training split. */
        public static RequestedBatch full() {
            return new RequestedBatch(OptionalLong.empty());
        }

        /** {@code size} examples. */
        public static RequestedBatch of(long size) {
            return new RequestedBatch(OptionalLong.of(size));
        }
    }

    /** A model of the catalogue or a Deeplearning4j file. */
    public sealed interface ModelConfig {
        /** Whether the last normalization of each residual block starts with a scale of 0 (Goyal et al. 2017, section 5.1). */
        boolean zeroInitResidual();

        /**
         * A model of the catalogue.
         *
         * @param name softmax, linear, mlp, cnn or resnet8
         * @param hidden widths of the hidden dense layers (mlp)
         * @param activation of the hidden layers: relu, tanh, sigmoid
         * @param batchNormalization whether every hidden layer is normalized before its activation (mlp, cnn)
         */
        record Catalog(
                String name,
                List<Integer> hidden,
                String activation,
                boolean batchNormalization,
                boolean zeroInitResidual)
                implements ModelConfig {
            public Catalog {
                hidden = List.copyOf(hidden);
            }

            /** Without normalization. */
            public Catalog(String name, List<Integer> hidden, String activation) {
                this(name, hidden, activation, false, false);
            }
        }

        /** A Deeplearning4j configuration (.json) or saved model (.zip). */
        record Dl4jFile(String path, boolean zeroInitResidual) implements ModelConfig {
            /** One that starts as the file says. */
            public Dl4jFile(String path) {
                this(path, false);
            }
        }
    }

    /**
     * How often a run is looked at.
     *
     * @param every distance between evaluations of the validation split
     * @param maxStepRows at most so many rows of a run in {@code steps}
     * @param divergenceFactor a run has diverged when its smoothed loss exceeds so many times the initial one
     */
    public record EvaluationConfig(Span every, int maxStepRows, double divergenceFactor) {}

    /**
     * How the CUDA replica computes.
     *
     * @param tf32 whether matrix products and convolutions may round their factors to 10 bits of mantissa (TF32)
     * @param ranksPerDevice how many workers may share a GPU, at least 1
     */
    public record GpuConfig(boolean tf32, int ranksPerDevice) {
        /** Single precision, and a GPU for each worker. */
        public static final GpuConfig DEFAULT = new GpuConfig(false, 1);
    }

    /**
     * How often a run's gradients are measured; empty: chosen so that it costs little; 0: never.
     *
     * @param norms distance between updates whose norms are measured
     * @param noise distance between updates whose gradient noise is measured
     */
    public record MeasureConfig(Optional<Span> norms, Optional<Span> noise) {}

    /**
     * How workers share a batch.
     *
     * @param modes ways to agree on parameters, at least one; every batch size runs with each
     * @param workers numbers of ranks per run, distinct and ascending; every batch size runs with each; empty: one number,
     *     chosen by batch size and free slots
     * @param microBatch the most examples a worker pushes through the network at once; empty: chosen by memory
     * @param memoryPerWorker bytes that a worker may use, heap and native memory together; empty: what the executor has
     * @param transport how workers reach each other
     * @param timeoutSeconds the longest wait for another worker
     * @param retries how often a run that lost a worker is continued from its last checkpoint, at least 0
     */
    public record SyncConfig(
            List<SyncModeConfig> modes,
            List<Integer> workers,
            OptionalInt microBatch,
            OptionalLong memoryPerWorker,
            Transport transport,
            double timeoutSeconds,
            int retries) {
        public SyncConfig {
            modes = List.copyOf(modes);
            workers = workers.stream().sorted().toList();
        }

        /** The most workers that a run is asked to have; 1 where they are chosen. */
        int mostWorkers() {
            return workers.isEmpty() ? 1 : workers.get(workers.size() - 1);
        }
    }

    /**
     * How often a run writes down where it is.
     *
     * @param every distance in updates; empty: not by updates
     * @param seconds distance in training seconds; empty: not by time
     * @param keep checkpoints of a run that are kept, at least 1
     */
    public record CheckpointConfig(Optional<Span> every, Optional<Double> seconds, int keep) {}
}
