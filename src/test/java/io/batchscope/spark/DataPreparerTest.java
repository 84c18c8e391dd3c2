package io.batchscope.spark;

import static io.batchscope.spark.PreparedSets.csv;
import static io.batchscope.spark.PreparedSets.examples;
import static io.batchscope.spark.PreparedSets.idx;
import static io.batchscope.spark.PreparedSets.prepare;
import static io.batchscope.spark.PreparedSets.request;
import static io.batchscope.spark.PreparedSets.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.DataException;
import io.batchscope.data.Manifest;
import io.batchscope.data.Manifest.Encoding;
import io.batchscope.data.Split;
import io.batchscope.plan.Task;
import io.batchscope.spark.PreparationRequest.Format;
import io.batchscope.spark.PreparedSets.Example;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DataPreparerTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private List<Example> all(DataLocation data) {
        List<Example> examples = new ArrayList<>();
        for (Split split : Split.values()) {
            examples.addAll(examples(spark.session(), data, split));
        }
        return examples;
    }

    private static List<Long> labelCounts(Manifest manifest, Split split) {
        return Objects.requireNonNull(manifest.splits().get(split)).labelCounts();
    }

    private static List<Example> csvExamples(int rows) {
        return IntStream.range(0, rows)
                .mapToObj(i -> new Example(List.of((float) i, 0.5f - i), i % 4))
                .toList();
    }

    @Test
    void keepsEveryRowOfCsvFilesOnceWithItsLabel() throws IOException {
        Files.createDirectories(directory.resolve("in/more"));
        csv(directory.resolve("in/a.csv"), 0, 60, i -> i % 4);
        csv(directory.resolve("in/more/b.csv"), 60, 40, i -> i % 4);
        Files.writeString(directory.resolve("in/_SUCCESS"), "not data");
        DataLocation data = prepare(
                spark.session(), request(Format.CSV, List.of(directory.resolve("in"))), directory.resolve("out"));

        Manifest manifest = data.manifest();
        assertThat(manifest.examples(Split.TRAIN)).isEqualTo(72);
        assertThat(manifest.examples(Split.VALIDATION)).isEqualTo(18);
        assertThat(manifest.examples(Split.TEST)).isEqualTo(10);
        assertThat(manifest.files(Split.TRAIN)).hasSize(5);
        assertThat(manifest.shape()).containsExactly(2);
        assertThat(manifest.encoding()).isEqualTo(Encoding.FLOAT32);
        assertThat(manifest.classes()).containsExactly("0", "1", "2", "3");
        assertThat(all(data)).containsExactlyInAnyOrderElementsOf(csvExamples(100));
        assertThat(manifest.splits().values().stream()
                        .flatMap(files -> files.labelCounts().stream())
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(100);
        assertThat(ManifestFile.read(
                        spark.session().sparkContext().hadoopConfiguration(),
                        directory.resolve("out").toString()))
                .isEqualTo(manifest);
    }

    @Test
    void givesTheSameDataSetHoweverSparkReadsTheInput() throws IOException {
        csv(directory.resolve("in.csv"), 0, 400, i -> i % 4);
        var request = request(Format.CSV, List.of(directory.resolve("in.csv")));
        DataLocation whole = prepare(spark.session(), request, directory.resolve("whole"));
        DataLocation pieces;
        spark.session().conf().set("spark.sql.files.maxPartitionBytes", "700");
        spark.session().conf().set("spark.sql.files.openCostInBytes", "0");
        try {
            pieces = prepare(spark.session(), request, directory.resolve("pieces"));
        } finally {
            spark.session().conf().unset("spark.sql.files.maxPartitionBytes");
            spark.session().conf().unset("spark.sql.files.openCostInBytes");
        }
        assertThat(pieces.manifest()).isEqualTo(whole.manifest());
        assertThat(all(pieces)).isEqualTo(all(whole)).containsExactlyInAnyOrderElementsOf(csvExamples(400));
    }

    @Test
    void shufflesByTheSeed() throws IOException {
        csv(directory.resolve("in.csv"), 0, 100, i -> i % 4);
        var request = request(Format.CSV, List.of(directory.resolve("in.csv")));
        DataLocation first = prepare(spark.session(), request, directory.resolve("first"));
        DataLocation again = prepare(spark.session(), request, directory.resolve("again"));
        DataLocation other =
                prepare(spark.session(), with(request, Task.CLASSIFICATION, 8, List.of()), directory.resolve("other"));
        assertThat(all(first))
                .isNotEqualTo(csvExamples(100))
                .isEqualTo(all(again))
                .isNotEqualTo(all(other));
        assertThat(first.manifest().fingerprint())
                .isEqualTo(again.manifest().fingerprint())
                .isNotEqualTo(other.manifest().fingerprint());
    }

    @Test
    void readsQuotedNamesAsSortedClasses() throws IOException {
        Files.writeString(
                directory.resolve("in.csv"),
                "\"x, first\",\"kind\"\n1,\"wolf, grey\"\n2, cat \n3,\"a \"\"dog\"\"\"\n4,cat\n");
        var request = PreparedSets.withFractions(
                new PreparationRequest(
                        "named",
                        Format.CSV,
                        List.of(directory.resolve("in.csv").toString()),
                        List.of(),
                        Optional.of("kind"),
                        Task.CLASSIFICATION,
                        0,
                        0,
                        24,
                        1,
                        OptionalInt.empty(),
                        Optional.empty()),
                0,
                0);
        DataLocation data = prepare(spark.session(), request, directory.resolve("out"));
        assertThat(data.manifest().classes()).containsExactly("a \"dog\"", "cat", "wolf, grey");
        assertThat(data.manifest().splits()).containsOnlyKeys(Split.TRAIN);
        assertThat(data.manifest().files(Split.TRAIN)).hasSize(4);
        assertThat(labelCounts(data.manifest(), Split.TRAIN)).containsExactly(1L, 2L, 1L);
        assertThat(all(data))
                .containsExactlyInAnyOrder(
                        new Example(List.of(1f), 2),
                        new Example(List.of(2f), 1),
                        new Example(List.of(3f), 0),
                        new Example(List.of(4f), 1));
    }

    @Test
    void standardisesByTheTrainingSplitAlone() throws IOException {
        // Training rows are 1, 3 (mean 2, deviation 1) and targets 10, 30; column c is constant; test rows are far
        // away.
        Files.writeString(directory.resolve("train.csv"), "a,c,label\n1,5,10\n3,5,30\n");
        Files.writeString(directory.resolve("test.csv"), "a,c,label\n1000,5,-7\n");
        var request = with(
                PreparedSets.withFractions(request(Format.CSV, List.of(directory.resolve("train.csv"))), 0, 0.1),
                Task.REGRESSION,
                1,
                List.of(directory.resolve("test.csv").toString()));
        DataLocation data = prepare(spark.session(), request, directory.resolve("out"));
        Manifest manifest = data.manifest();
        assertThat(manifest.normalization().mean()).containsExactly(2f, 5f);
        assertThat(manifest.normalization().scale()).containsExactly(1f, 1f);
        assertThat(manifest.labelMean()).isEqualTo(20);
        assertThat(manifest.labelScale()).isCloseTo(0.1, within(1e-15));
        assertThat(manifest.classes()).isEmpty();
        assertThat(manifest.outputs()).isEqualTo(1);
        assertThat(examples(spark.session(), data, Split.TEST)).containsExactly(new Example(List.of(1000f, 5f), -7));
        assertThat(examples(spark.session(), data, Split.TRAIN))
                .containsExactlyInAnyOrder(new Example(List.of(1f, 5f), 10), new Example(List.of(3f, 5f), 30));
    }

    @Test
    void takesTenKFilesAsTestSplitAndKeepsPixelsAsBytes() throws IOException {
        idx(directory, "train-", 90, true);
        idx(directory, "t10k-", 30, false);
        DataLocation data = prepare(spark.session(), request(Format.IDX, List.of(directory)), directory.resolve("out"));
        Manifest manifest = data.manifest();
        assertThat(manifest.shape()).containsExactly(1, 1, 2);
        assertThat(manifest.encoding()).isEqualTo(Encoding.UINT8);
        assertThat(manifest.examples(Split.TRAIN)).isEqualTo(72);
        assertThat(manifest.examples(Split.VALIDATION)).isEqualTo(18);
        assertThat(manifest.examples(Split.TEST)).isEqualTo(30);
        assertThat(labelCounts(manifest, Split.TEST)).containsExactly(10L, 10L, 10L);

        List<Example> train = examples(spark.session(), data, Split.TRAIN);
        List<Example> seen = new ArrayList<>(train);
        seen.addAll(examples(spark.session(), data, Split.VALIDATION));
        assertThat(seen).containsExactlyInAnyOrderElementsOf(idxExamples(90));
        assertThat(examples(spark.session(), data, Split.TEST)).containsExactlyInAnyOrderElementsOf(idxExamples(30));

        // Every image has the pixels i and 255 − i, so the mean is 127.5 whatever the split.
        double variance = train.stream()
                .mapToDouble(example -> Math.pow(example.features().get(0) - 127.5, 2))
                .average()
                .orElseThrow();
        assertThat(manifest.normalization().mean()).containsExactly(127.5f);
        assertThat(manifest.normalization().scale().get(0)).isCloseTo((float) (1 / Math.sqrt(variance)), within(1e-9f));
    }

    private static List<Example> idxExamples(int rows) {
        return IntStream.range(0, rows)
                .mapToObj(i -> new Example(List.of((float) i, 255f - i), i % 3))
                .toList();
    }

    @Test
    void readsParquetWithAnArrayOrWithFlatColumns() {
        var rows = spark.session()
                .range(100)
                .select(
                        functions.col("id").cast("float").as("a"),
                        functions.expr("0.5 - id").as("b"),
                        functions.expr("cast(id % 4 as double)").as("label"));
        rows.repartition(3).write().parquet(directory.resolve("flat").toString());
        rows.select(functions.array("a", "b").as("features"), functions.col("label"))
                .coalesce(1)
                .write()
                .parquet(directory.resolve("array").toString());
        DataLocation flat = prepare(
                spark.session(),
                request(Format.PARQUET, List.of(directory.resolve("flat"))),
                directory.resolve("out-flat"));
        DataLocation array = prepare(
                spark.session(),
                request(Format.PARQUET, List.of(directory.resolve("array"))),
                directory.resolve("out-array"));
        assertThat(flat.manifest().classes()).containsExactly("0", "1", "2", "3");
        assertThat(all(flat)).containsExactlyInAnyOrderElementsOf(csvExamples(100));
        assertThat(all(array)).containsExactlyInAnyOrderElementsOf(csvExamples(100));
    }

    @Test
    void makesSyntheticData() {
        DataLocation data = prepare(spark.session(), PreparedSets.synthetic(1000, 1), directory.resolve("out"));
        assertThat(data.manifest().examples(Split.TRAIN)).isEqualTo(720);
        assertThat(data.manifest().classes()).hasSize(4);
        long[] counts = new long[4];
        data.manifest().splits().values().forEach(files -> {
            for (int label = 0; label < 4; label++) {
                counts[label] += files.labelCounts().get(label);
            }
        });
        assertThat(counts).containsOnly(250);
    }

    @Test
    void doesNothingWhereTheSameHasBeenPrepared() throws IOException {
        var request = PreparedSets.synthetic(50, 1);
        Path output = directory.resolve("out");
        DataLocation first = prepare(spark.session(), request, output);
        var written = Files.getLastModifiedTime(output.resolve("manifest.json"));
        assertThat(prepare(spark.session(), request, output).manifest()).isEqualTo(first.manifest());
        assertThat(Files.getLastModifiedTime(output.resolve("manifest.json"))).isEqualTo(written);
    }

    @Test
    void refusesAnOutputThatHoldsSomethingElse() throws IOException {
        Path output = directory.resolve("out");
        prepare(spark.session(), PreparedSets.synthetic(50, 1), output);
        assertThatThrownBy(() -> prepare(spark.session(), PreparedSets.synthetic(50, 2), output))
                .isInstanceOf(DataException.class)
                .hasMessage("output (" + output + "): it holds the data set 'synthetic' made from other contents,"
                        + " options or another seed; choose another --output or delete it");
        Path full = Files.createDirectories(directory.resolve("full"));
        Files.writeString(full.resolve("thesis.tex"), "precious");
        assertThatThrownBy(() -> prepare(spark.session(), PreparedSets.synthetic(50, 2), full))
                .hasMessage("output (" + full + "): it must not exist yet, but there is a directory with something else"
                        + " in it; delete it or choose another --output (study.data.path)");
        assertThat(full.resolve("thesis.tex")).hasContent("precious");
    }

    @Test
    void takesAnEmptyDirectoryAsOutputAndLeavesNothingBeside() throws IOException {
        Path output = Files.createDirectories(directory.resolve("out"));
        prepare(spark.session(), PreparedSets.synthetic(50, 1), output);
        assertThat(output.resolve("manifest.json")).exists();
        assertThat(namesIn(directory)).containsExactly("out");
        assertThat(namesIn(output.resolve("train")))
                .filteredOn(name -> !name.endsWith(".crc"))
                .containsExactly(
                        "part-00000.parquet", "part-00001.parquet", "part-00002.parquet", "part-00003.parquet");
    }

    @Test
    void leavesNothingBehindWhenTheInputCannotBeUsed() throws IOException {
        csv(directory.resolve("in.csv"), 0, 10, i -> -1);
        var request = request(Format.CSV, List.of(directory.resolve("in.csv")));
        assertThatThrownBy(() -> prepare(spark.session(), request, directory.resolve("out")))
                .isInstanceOf(DataException.class)
                .hasMessage("label -1 (in.csv, row 1): classes are numbered from 0, but this is negative;"
                        + " number them 0 … C−1, or use names");
        assertThat(namesIn(directory)).containsExactly("in.csv");
    }

    private static List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
