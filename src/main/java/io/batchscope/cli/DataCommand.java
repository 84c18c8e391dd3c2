package io.batchscope.cli;

import io.batchscope.data.DataException;
import io.batchscope.data.Manifest;
import io.batchscope.data.Split;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import io.batchscope.spark.DataPreparer;
import io.batchscope.spark.ManifestFile;
import io.batchscope.spark.NamedDataSets;
import io.batchscope.spark.PreparationRequest;
import io.batchscope.spark.PreparationRequest.Format;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code data fetch} and {@code data prepare}; failures are {@link DataException}s and picocli's own. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        description = "Makes data sets available.",
        synopsisSubcommandLabel = "(fetch | prepare)",
        subcommands = {DataCommand.Fetch.class, DataCommand.Prepare.class})
public final class DataCommand implements Runnable {
    private final Supplier<SparkSession> spark;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** @param spark asked for a session when one is needed */
    public DataCommand(Supplier<SparkSession> spark) {
        this.spark = spark;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "one of the commands fetch, prepare is needed");
    }

    /** {@code data fetch}. */
    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            description = "Gets the files of a known data set: from an installed Debian package, by installing it"
                    + " (root on Debian), or by download.")
    static final class Fetch implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "NAME", description = "fashion-mnist")
        private String name = "";

        @Option(names = "--output", paramLabel = "DIR", description = "Local directory; default: data/raw/NAME.")
        private @Nullable Path output;

        @Override
        public Integer call() {
            Path directory = NamedDataSets.fetch(name, output == null ? Path.of("data", "raw", name) : output);
            spec.commandLine().getOut().println(name + ": the files are in " + directory);
            return 0;
        }
    }

    /** {@code data prepare}. */
    @Command(
            name = "prepare",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Turns files into a data set: shuffled, split, sharded Parquet with statistics and a manifest.")
    static final class Prepare implements Callable<Integer> {
        @ParentCommand
        private @Nullable DataCommand parent;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--format",
                required = true,
                paramLabel = "FORMAT",
                description = "idx, csv, parquet, synthetic")
        private String format = "";

        @Option(
                names = "--input",
                arity = "1..*",
                paramLabel = "URI",
                description = "Files, directories or patterns; fashion-mnist names a data set that can be fetched.")
        private List<String> input = List.of();

        @Option(names = "--output", required = true, paramLabel = "URI", description = "Directory of the data set.")
        private String output = "";

        @Option(names = "--name", paramLabel = "NAME", description = "Default: the last part of --output.")
        private Optional<String> name = Optional.empty();

        @Option(names = "--label", paramLabel = "C", description = "Label column (csv, parquet); default: label.")
        private Optional<String> label = Optional.empty();

        @Option(
                names = "--test",
                arity = "1..*",
                paramLabel = "URI",
                description = "Files of the test split; default: t10k-* (idx), else a part of the input.")
        private List<String> test = List.of();

        @Option(
                names = "--validation-fraction",
                paramLabel = "F",
                description =
                        "Share of the training examples held out for validation, in [0, 1); default: ${DEFAULT-VALUE}.")
        private double validationFraction = 0.1;

        @Option(
                names = "--test-fraction",
                paramLabel = "F",
                description =
                        "Share of all examples held out for test where there are no test files, in [0, 1); default: ${DEFAULT-VALUE}.")
        private double testFraction = 0.1;

        @Option(
                names = "--shards",
                paramLabel = "N",
                description = "Parquet files per split; default: ${DEFAULT-VALUE}.")
        private int shards = PreparationRequest.DEFAULT_SHARDS;

        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "Of the shuffle and of synthetic data; default: ${DEFAULT-VALUE}.")
        private long seed = 1;

        @Option(
                names = "--task",
                paramLabel = "TASK",
                description = "classification, regression; default: ${DEFAULT-VALUE}.")
        private String task = "classification";

        @Option(
                names = "--classes",
                paramLabel = "N",
                description = "How many classes there are; labels must be below it. Default: as many as the training"
                        + " data show. For synthetic data: 10.")
        private @Nullable Integer classes;

        @Option(
                names = "--examples",
                paramLabel = "N",
                description = "Examples of a synthetic problem; default: ${DEFAULT-VALUE}.")
        private int examples = 10_000;

        @Option(
                names = "--features",
                paramLabel = "N",
                description = "Features of a synthetic problem; default: ${DEFAULT-VALUE}.")
        private int features = 20;

        @Option(
                names = "--noise",
                paramLabel = "S",
                description = "Standard deviation of the noise of a synthetic problem; default: ${DEFAULT-VALUE}.")
        private double noise = 1.0;

        @Override
        public Integer call() {
            if (parent == null) {
                throw new IllegalStateException("prepare works as a subcommand of data");
            }
            PreparationRequest request = request();
            SparkSession session = parent.spark.get();
            var hadoop = session.sparkContext().hadoopConfiguration();
            boolean existed = ManifestFile.exists(hadoop, output);
            Manifest manifest = DataPreparer.prepare(session, NamedDataSets.resolve(request, hadoop, output), output);
            spec.commandLine().getOut().println(summary(manifest, existed));
            return 0;
        }

        private String summary(Manifest manifest, boolean existed) {
            StringBuilder text = new StringBuilder(output);
            text.append(existed ? ": already prepared, " : ": prepared, ");
            for (Split split : Split.values()) {
                text.append(split.label())
                        .append(' ')
                        .append(manifest.examples(split))
                        .append(", ");
            }
            text.append("shape ").append(manifest.shape());
            if (manifest.task() == Task.CLASSIFICATION) {
                text.append(", ").append(manifest.classes().size()).append(" classes");
            }
            return text.toString();
        }

        private PreparationRequest request() {
            try {
                Format known = Format.of(format);
                int problemClasses = classes == null ? 10 : classes;
                return new PreparationRequest(
                        name.orElseGet(() -> new org.apache.hadoop.fs.Path(output).getName()),
                        known,
                        input,
                        test,
                        label,
                        taskNamed(task),
                        validationFraction,
                        testFraction,
                        shards,
                        seed,
                        classes == null ? OptionalInt.empty() : OptionalInt.of(classes),
                        known == Format.SYNTHETIC
                                ? Optional.of(new SyntheticConfig(examples, features, problemClasses, noise))
                                : Optional.empty());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
        }

        private static Task taskNamed(String label) {
            for (Task task : Task.values()) {
                if (task.name().toLowerCase(Locale.ROOT).equals(label)) {
                    return task;
                }
            }
            throw new IllegalArgumentException(
                    "task must be one of classification, regression, but is '" + label + "'");
        }
    }
}
