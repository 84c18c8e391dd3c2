package io.batchscope.spark;

import io.batchscope.data.DataException;
import io.batchscope.data.SyntheticExamples;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What a request's input turned out to be.
 *
 * @param input where training examples come from
 * @param test where test examples come from; empty: part of the input
 * @param inputFiles files of the input
 * @param testFiles files of the test input
 * @param classes how many classes were declared
 */
record Sources(
        ExampleSource input,
        Optional<ExampleSource> test,
        List<SourceFile> inputFiles,
        List<SourceFile> testFiles,
        OptionalInt classes) {
    /**
     * Finds and opens the files; reads no examples yet.
     *
     * @throws DataException if there are none, or not of the kind that the format needs
     */
    static Sources open(SparkSession spark, PreparationRequest request) {
        var hadoop = spark.sparkContext().hadoopConfiguration();
        List<SourceFile> input = SourceFile.list(hadoop, request.input());
        List<SourceFile> test = SourceFile.list(hadoop, request.test());
        return switch (request.format()) {
            case IDX -> idx(spark, request, input, test);
            case CSV ->
                new Sources(
                        Tables.csv(spark, input, request.label(), request.task()),
                        test.isEmpty()
                                ? Optional.empty()
                                : Optional.of(Tables.csv(spark, test, request.label(), request.task())),
                        input,
                        test,
                        request.classes());
            case PARQUET ->
                new Sources(
                        Tables.parquet(spark, input, request.label(), request.task()),
                        test.isEmpty()
                                ? Optional.empty()
                                : Optional.of(Tables.parquet(spark, test, request.label(), request.task())),
                        input,
                        test,
                        request.classes());
            case SYNTHETIC -> synthetic(spark, request, request.synthetic().orElseThrow());
        };
    }

    private static Sources idx(
            SparkSession spark, PreparationRequest request, List<SourceFile> input, List<SourceFile> test) {
        List<IdxPair> train = new ArrayList<>();
        List<IdxPair> held = new ArrayList<>();
        for (IdxPair pair : IdxPair.among(input)) {
            (pair.isTest() ? held : train).add(pair);
        }
        if (train.isEmpty()) {
            throw new DataException("IDX input (" + input.get(0).path() + ", …): there must be files to train on, but"
                    + " all are named as test files; name the training files by --input");
        }
        List<IdxPair> tests = test.isEmpty() ? held : IdxPair.among(test);
        return new Sources(
                idxSource(spark, train, request.task()),
                tests.isEmpty() ? Optional.empty() : Optional.of(idxSource(spark, tests, request.task())),
                files(train),
                files(tests),
                request.classes());
    }

    private static IdxSource idxSource(SparkSession spark, List<IdxPair> pairs, Task task) {
        var hadoop = new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
        return new IdxSource(new JavaSparkContext(spark.sparkContext()), hadoop, pairs, task);
    }

    private static List<SourceFile> files(List<IdxPair> pairs) {
        List<SourceFile> files = new ArrayList<>();
        pairs.forEach(pair -> files.addAll(List.of(pair.images(), pair.labels())));
        return files;
    }

    private static Sources synthetic(SparkSession spark, PreparationRequest request, SyntheticConfig settings) {
        var problem = new SyntheticExamples(
                request.task(), settings.features(), settings.classes(), settings.noise(), request.seed());
        return new Sources(
                new SyntheticSource(new JavaSparkContext(spark.sparkContext()), problem, settings.examples()),
                Optional.empty(),
                List.of(),
                List.of(),
                OptionalInt.of(settings.classes()));
    }

    /** Hash of everything that decides which example gets which index in which split. */
    String fingerprint(SparkSession spark, PreparationRequest request) {
        StringBuilder text = new StringBuilder("batchscope data set, format " + ManifestFile.FORMAT_VERSION);
        text.append("\nformat ").append(request.format().label());
        text.append("\ntask ").append(request.task());
        text.append("\nlabel ").append(request.label().orElse(""));
        text.append("\nvalidation ").append(request.validationFraction());
        text.append("\ntest ").append(request.testFraction());
        text.append("\nseed ").append(request.seed());
        text.append("\nclasses ").append(classes);
        text.append("\nsynthetic ").append(request.synthetic());
        hashes(spark, inputFiles).forEach(hash -> text.append("\ninput ").append(hash));
        hashes(spark, testFiles).forEach(hash -> text.append("\ntest ").append(hash));
        MessageDigest digest = SourceFile.sha256();
        return HexFormat.of().formatHex(digest.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> hashes(SparkSession spark, List<SourceFile> files) {
        if (files.isEmpty()) {
            return List.of();
        }
        var hadoop = new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
        JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
        return context.parallelize(files, Math.min(files.size(), 4 * context.defaultParallelism()))
                .map(file -> file.sha256(hadoop.value()))
                .collect();
    }
}
