package io.batchscope.spark;

import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@link DataPreparer} is asked for.
 *
 * @param name of the data set, for people
 * @param input files, directories or patterns, as Hadoop paths; empty for synthetic data
 * @param test files of the test split; empty: part of the input
 * @param label name of the label column (csv, parquet); empty: {@code label}
 * @param validationFraction share of the training examples held out for validation, in [0, 1)
 * @param testFraction share of all examples held out where nothing else makes a test split, in [0, 1)
 * @param shards Parquet files per split, at least 1; fewer are written where there are fewer examples
 * @param seed of the global shuffle, and of synthetic data
 * @param classes how many classes there are; empty: as many as the training data show
 * @param synthetic the problem, where the format is synthetic
 */
public record PreparationRequest(
        String name,
        Format format,
        List<String> input,
        List<String> test,
        Optional<String> label,
        Task task,
        double validationFraction,
        double testFraction,
        int shards,
        long seed,
        OptionalInt classes,
        Optional<SyntheticConfig> synthetic) {
    /** Enough for a wide cluster, few enough for a laptop; has many divisors, so that workers can share files evenly. */
    public static final int DEFAULT_SHARDS = 24;

    /** The forms of input that are understood. */
    public enum Format {
        IDX,
        CSV,
        PARQUET,
        SYNTHETIC;

        /** The name used in configurations and on the command line. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The format of this name.
         *
         * @throws IllegalArgumentException with the names that exist
         */
        public static Format of(String label) {
            for (Format format : values()) {
                if (format.label().equals(label)) {
                    return format;
                }
            }
            throw new IllegalArgumentException(
                    "format must be one of idx, csv, parquet, synthetic, but is '" + label + "'");
        }
    }

    public PreparationRequest {
        input = List.copyOf(input);
        test = List.copyOf(test);
        requireFraction("validation-fraction", validationFraction);
        requireFraction("test-fraction", testFraction);
        require(shards >= 1, "shards must be at least 1, but is " + shards);
        require(
                classes.isEmpty() || classes.getAsInt() >= 2,
                "classes must be at least 2, but is " + classes.orElse(0));
        require(
                synthetic.isPresent() == (format == Format.SYNTHETIC),
                "synthetic settings go with the format synthetic, and only with it, but the format is "
                        + format.label());
        require(format == Format.SYNTHETIC || !input.isEmpty(), "input must name at least one file or directory");
    }

    private static void requireFraction(String what, double value) {
        require(value >= 0 && value < 1, what + " must be in [0, 1), but is " + value);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** What a study's configuration asks for. */
    public static PreparationRequest of(SourceConfig source, String name) {
        return new PreparationRequest(
                name,
                Format.of(source.format()),
                source.input(),
                source.test(),
                source.label(),
                source.task(),
                source.validationFraction(),
                source.testFraction(),
                source.shards(),
                source.seed(),
                OptionalInt.empty(),
                source.synthetic());
    }

    /** The same with other input, such as the files that a name stands for. */
    public PreparationRequest withInput(List<String> files) {
        return new PreparationRequest(
                name,
                format,
                files,
                test,
                label,
                task,
                validationFraction,
                testFraction,
                shards,
                seed,
                classes,
                synthetic);
    }
}
