package io.batchscope.spark;

import io.batchscope.data.Manifest;
import io.batchscope.data.PackedExamples;
import io.batchscope.data.Split;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import io.batchscope.spark.PreparationRequest.Format;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.SparkSession;

/** Input files for preparations, requests for them, and what came out. */
final class PreparedSets {
    private PreparedSets() {}

    /** One example as a network would see it, without normalization. */
    record Example(List<Float> features, double label) {}

    static PreparationRequest request(Format format, List<Path> input) {
        return new PreparationRequest(
                "test",
                format,
                input.stream().map(Path::toString).toList(),
                List.of(),
                Optional.empty(),
                Task.CLASSIFICATION,
                0.2,
                0.1,
                5,
                7,
                OptionalInt.empty(),
                Optional.empty());
    }

    static PreparationRequest synthetic(int examples, long seed) {
        return new PreparationRequest(
                "synthetic",
                Format.SYNTHETIC,
                List.of(),
                List.of(),
                Optional.empty(),
                Task.CLASSIFICATION,
                0.2,
                0.1,
                4,
                seed,
                OptionalInt.empty(),
                Optional.of(new SyntheticConfig(examples, 3, 4, 0.5)));
    }

    static PreparationRequest with(PreparationRequest from, Task task, long seed, List<String> test) {
        return new PreparationRequest(
                from.name(),
                from.format(),
                from.input(),
                test,
                from.label(),
                task,
                from.validationFraction(),
                from.testFraction(),
                from.shards(),
                seed,
                from.classes(),
                from.synthetic());
    }

    static PreparationRequest withClasses(PreparationRequest from, int classes) {
        return new PreparationRequest(
                from.name(),
                from.format(),
                from.input(),
                from.test(),
                from.label(),
                from.task(),
                from.validationFraction(),
                from.testFraction(),
                from.shards(),
                from.seed(),
                OptionalInt.of(classes),
                from.synthetic());
    }

    static PreparationRequest withFractions(PreparationRequest from, double validation, double test) {
        return new PreparationRequest(
                from.name(),
                from.format(),
                from.input(),
                from.test(),
                from.label(),
                from.task(),
                validation,
                test,
                from.shards(),
                from.seed(),
                from.classes(),
                from.synthetic());
    }

    /** CSV text of {@code rows} rows with features i and 0.5 − i and the label that a function gives. */
    static Path csv(Path file, int from, int rows, IntUnaryOperator label) throws IOException {
        StringBuilder text = new StringBuilder("a,label,b\n");
        for (int i = from; i < from + rows; i++) {
            text.append(i)
                    .append(',')
                    .append(label.applyAsInt(i))
                    .append(',')
                    .append(0.5 - i)
                    .append('\n');
        }
        return Files.writeString(file, text);
    }

    /** A pair of IDX files with images of 1 × 2 pixels (i mod 256, 255 − i mod 256) and labels i mod 3. */
    static void idx(Path directory, String prefix, int rows, boolean gzip) throws IOException {
        ByteArrayOutputStream images = new ByteArrayOutputStream();
        DataOutputStream imageData = new DataOutputStream(images);
        imageData.writeInt(0x803);
        imageData.writeInt(rows);
        imageData.writeInt(1);
        imageData.writeInt(2);
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        DataOutputStream labelData = new DataOutputStream(labels);
        labelData.writeInt(0x801);
        labelData.writeInt(rows);
        for (int i = 0; i < rows; i++) {
            imageData.writeByte(i);
            imageData.writeByte(255 - i);
            labelData.writeByte(i % 3);
        }
        write(directory.resolve(prefix + "images-idx3-ubyte" + (gzip ? ".gz" : "")), images, gzip);
        write(directory.resolve(prefix + "labels-idx1-ubyte" + (gzip ? ".gz" : "")), labels, gzip);
    }

    private static void write(Path file, ByteArrayOutputStream bytes, boolean gzip) throws IOException {
        try (OutputStream out =
                gzip ? new GZIPOutputStream(Files.newOutputStream(file)) : Files.newOutputStream(file)) {
            bytes.writeTo(out);
        }
    }

    static DataLocation prepare(SparkSession spark, PreparationRequest request, Path output) {
        Manifest manifest = DataPreparer.prepare(spark, request, output.toString());
        return new DataLocation(output.toString(), manifest);
    }

    /** All examples of a split in the order of their index, with normalization undone. */
    static List<Example> examples(SparkSession spark, DataLocation data, Split split) {
        PackedExamples packed =
                ShardReader.of(spark).read(data, split, data.manifest().examples(split), 1, 0, 1);
        return undone(packed, data.manifest());
    }

    static List<Example> undone(PackedExamples packed, Manifest manifest) {
        List<Example> examples = new ArrayList<>();
        float[] into = new float[packed.featureCount()];
        List<Float> mean = manifest.normalization().mean();
        List<Float> scale = manifest.normalization().scale();
        for (int i = 0; i < packed.size(); i++) {
            packed.copyFeatures(i, into, 0);
            List<Float> features = new ArrayList<>();
            for (int j = 0; j < into.length; j++) {
                int at = mean.size() == 1 ? 0 : j;
                // Small numbers, so that rounding to halves undoes the rounding of the normalization.
                features.add(Math.round(2 * (into[j] / scale.get(at) + mean.get(at))) / 2f);
            }
            double label = manifest.task() == Task.CLASSIFICATION
                    ? packed.classOf(i)
                    : Math.round(2 * (packed.targetOf(i) / manifest.labelScale() + manifest.labelMean())) / 2.0;
            examples.add(new Example(features, label));
        }
        return examples;
    }
}
