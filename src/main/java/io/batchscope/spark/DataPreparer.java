package io.batchscope.spark;

import io.batchscope.data.DataException;
import io.batchscope.data.Manifest;
import io.batchscope.data.Manifest.SplitFiles;
import io.batchscope.data.Split;
import io.batchscope.plan.Task;
import io.batchscope.spark.SplitLayout.ShardPartitioner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkThrowable;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Turns any input into a data set: globally shuffled, split, sharded Parquet files with statistics and a manifest (see
 * {@link Manifest}). The result depends on the contents of the input, the options and the seed, not on the cluster.
 */
public final class DataPreparer {
    private static final Logger LOG = LoggerFactory.getLogger(DataPreparer.class);

    private final SparkSession spark;
    private final Configuration hadoop;
    private final PreparationRequest request;
    private final Path output;

    private DataPreparer(SparkSession spark, PreparationRequest request, String output) {
        this.spark = spark;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.request = request;
        this.output = new Path(output);
    }

    /**
     * Prepares a data set, or finds that it has been prepared.
     *
     * <p>The files are written to a temporary directory beside {@code output}, which is renamed at the end: an
     * interrupted preparation leaves nothing that looks like a data set.
     *
     * @param output directory of the data set, on any Hadoop file system
     * @return its manifest
     * @throws DataException if the input cannot be used, or {@code output} holds something else
     */
    public static Manifest prepare(SparkSession spark, PreparationRequest request, String output) {
        try {
            return new DataPreparer(spark, request, output).prepare();
        } catch (Exception e) {
            throw explained(e, request);
        }
    }

    private Manifest prepare() {
        Sources sources = Sources.open(spark, request);
        String fingerprint = sources.fingerprint(spark, request);
        try {
            FileSystem fileSystem = output.getFileSystem(hadoop);
            Optional<Manifest> existing = existing(fileSystem, fingerprint);
            if (existing.isPresent()) {
                LOG.info("data set {} is already prepared", output);
                return existing.get();
            }
            Path parent = fileSystem.makeQualified(output).getParent();
            Path temporary = new Path(parent, "." + output.getName() + ".preparing-" + UUID.randomUUID());
            try {
                Manifest manifest = write(sources, fingerprint, temporary);
                ManifestFile.write(hadoop, temporary.toString(), manifest);
                publish(fileSystem, temporary);
                return manifest;
            } finally {
                fileSystem.delete(temporary, true);
            }
        } catch (IOException e) {
            throw new DataException(
                    "output (" + output + "): it cannot be written: " + e.getMessage()
                            + "; check the path, its permissions and the free space",
                    e);
        }
    }

    private Optional<Manifest> existing(FileSystem fileSystem, String fingerprint) throws IOException {
        if (!fileSystem.exists(output)) {
            return Optional.empty();
        }
        if (ManifestFile.exists(hadoop, output.toString())) {
            Manifest manifest = ManifestFile.read(hadoop, output.toString());
            if (manifest.fingerprint().equals(fingerprint)) {
                return Optional.of(manifest);
            }
            throw new DataException("output (" + output + "): it holds the data set '" + manifest.name()
                    + "' made from other contents, options or another seed; choose another --output or delete it");
        }
        FileStatus status = fileSystem.getFileStatus(output);
        if (!status.isDirectory() || fileSystem.listStatus(output).length > 0) {
            throw new DataException("output (" + output + "): it must not exist yet, but there is "
                    + (status.isDirectory() ? "a directory with something else in it" : "a file")
                    + "; delete it or choose another --output (study.data.path)");
        }
        return Optional.empty();
    }

    private void publish(FileSystem fileSystem, Path temporary) throws IOException {
        // Renaming onto an existing directory would move into it; existing() has seen that it is empty.
        if (fileSystem.exists(output) && !fileSystem.delete(output, false)) {
            throw new IOException("cannot replace the empty directory");
        }
        if (!fileSystem.rename(temporary, output)) {
            throw new IOException("cannot rename " + temporary);
        }
    }

    private Manifest write(Sources sources, String fingerprint, Path temporary) {
        Inspection input = sources.input().inspect();
        requireExamples(input, "input", request.input());
        Optional<Inspection> test = sources.test().map(ExampleSource::inspect);
        test.ifPresent(found -> requireExamples(found, "test", request.test()));
        test.ifPresent(found -> requireSameShape(input, found));
        LabelEncoding labels = request.task() == Task.REGRESSION
                ? LabelEncoding.regression()
                : LabelEncoding.classification(input.labels(), sources.classes());
        if (request.task() == Task.CLASSIFICATION) {
            test.ifPresent(found -> labels.requireKnown(found.labels()));
        }
        SplitLayout layout =
                SplitLayout.of(request, input.rows(), test.map(Inspection::rows).orElse(0L));
        ShardWriting writing = new ShardWriting(
                new SerializableConfiguration(hadoop),
                temporary.toString(),
                layout,
                request.task(),
                input.encoding(),
                input.shape().stream().reduce(1, Math::multiplyExact),
                labels.classes().size());
        List<ShardSummary> summaries = writeShards(sources, labels, writing);
        TrainingStatistics statistics =
                TrainingStatistics.of(new JavaSparkContext(spark.sparkContext()), writing, summaries);
        return new Manifest(
                ManifestFile.FORMAT_VERSION,
                request.name(),
                fingerprint,
                request.task(),
                input.shape(),
                input.encoding(),
                labels.classes(),
                statistics.normalization(),
                statistics.labelMean(),
                statistics.labelScale(),
                request.seed(),
                splitFiles(layout, summaries, labels.classes().size()),
                description(sources));
    }

    private static List<ShardSummary> writeShards(Sources sources, LabelEncoding labels, ShardWriting writing) {
        SplitLayout layout = writing.layout();
        JavaPairRDD<Long, byte[]> placed = sources.input()
                .examples(labels)
                .mapToPair(example -> new Tuple2<>(layout.keyOfInput(example.row()), ShardWriting.pack(example)));
        if (sources.test().isPresent()) {
            placed = placed.union(sources.test()
                    .get()
                    .examples(labels)
                    .mapToPair(example -> new Tuple2<>(layout.keyOfTest(example.row()), ShardWriting.pack(example))));
        }
        return placed.repartitionAndSortWithinPartitions(new ShardPartitioner(layout))
                .mapPartitionsWithIndex(
                        (partition, examples) ->
                                List.of(writing.write(partition, examples)).iterator(),
                        true)
                .collect();
    }

    private static void requireExamples(Inspection found, String what, List<String> where) {
        if (found.rows() == 0) {
            throw new DataException(what + " (" + String.join(", ", where)
                    + "): it must hold at least 1 example, but holds none; check the files");
        }
    }

    private void requireSameShape(Inspection input, Inspection test) {
        if (!input.shape().equals(test.shape())) {
            throw new DataException("test ("
                    + String.join(", ", request.test().isEmpty() ? request.input() : request.test())
                    + "): examples must have the shape " + input.shape() + " of the training examples, but have "
                    + test.shape() + "; take data that belong together");
        }
    }

    private static Map<Split, SplitFiles> splitFiles(SplitLayout layout, List<ShardSummary> summaries, int classes) {
        Map<Split, SplitFiles> splits = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            if (layout.examples(split) == 0) {
                continue;
            }
            List<String> names = new ArrayList<>();
            long[] counts = new long[classes];
            summaries.stream()
                    .filter(summary -> summary.split() == split)
                    .sorted(Comparator.comparing(ShardSummary::file))
                    .forEach(summary -> {
                        names.add(ShardFile.name(summary.file()));
                        for (int label = 0; label < classes; label++) {
                            counts[label] += summary.labelCounts()[label];
                        }
                    });
            List<Long> labelCounts = new ArrayList<>();
            for (long count : counts) {
                labelCounts.add(count);
            }
            splits.put(split, new SplitFiles(layout.examples(split), names, labelCounts));
        }
        return splits;
    }

    private SortedMap<String, String> description(Sources sources) {
        SortedMap<String, String> source = new TreeMap<>();
        source.put("format", request.format().label());
        source.put("input", String.join(", ", request.input()));
        source.put("test", String.join(", ", request.test()));
        source.put(
                "files",
                Integer.toString(
                        sources.inputFiles().size() + sources.testFiles().size()));
        source.put("validation_fraction", Double.toString(request.validationFraction()));
        source.put("test_fraction", Double.toString(request.testFraction()));
        request.label().ifPresent(label -> source.put("label", label));
        request.synthetic().ifPresent(settings -> source.put("synthetic", settings.toString()));
        return source;
    }

    /** What went wrong on Spark, as a person can use it; anything but a failure of Spark is a fault of ours and stays as it is. */
    private static RuntimeException explained(Exception failure, PreparationRequest request) {
        boolean sparks = false;
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataException known) {
                return known;
            }
            sparks |= cause instanceof SparkThrowable;
            root = cause;
        }
        if (!sparks) {
            return failure instanceof RuntimeException own ? own : new IllegalStateException(failure);
        }
        String message = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
        return new DataException(
                "input (" + String.join(", ", request.input()) + "): reading it as "
                        + request.format().label() + " failed: " + message + "; check the files and the format",
                failure);
    }
}
