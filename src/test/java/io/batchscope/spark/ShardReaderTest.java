package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.DataException;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.PackedExamples;
import io.batchscope.data.Split;
import io.batchscope.plan.Task;
import io.batchscope.spark.PreparationRequest.Format;
import io.batchscope.spark.PreparedSets.Example;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardReaderTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before the first test
    private static DataLocation data;

    @BeforeAll
    static void prepareOneForAll() throws IOException {
        Path input = PreparedSets.csv(shared.resolve("in.csv"), 0, 150, i -> i % 4);
        data = PreparedSets.prepare(
                spark.session(), PreparedSets.request(Format.CSV, List.of(input)), shared.resolve("out"));
    }

    @ParameterizedTest
    @CsvSource({"108,12,1", "108,12,3", "108,12,5", "108,7,2", "50,12,4", "3,3,2", "2,2,5", "1,1,1", "107,60,7"})
    void givesEveryWorkerWhatItOwnsInAscendingOrder(long limit, int lanes, int workers) {
        List<Example> all = PreparedSets.examples(spark.session(), data, Split.TRAIN);
        EpochOrder order = new EpochOrder(limit, lanes, 1);
        for (int rank = 0; rank < workers; rank++) {
            List<Example> expected = new ArrayList<>();
            for (int index = 0; index < limit; index++) {
                if (order.ownerOf(index, workers) == rank) {
                    expected.add(all.get(index));
                }
            }
            PackedExamples read = ShardReader.of(spark.session()).read(data, Split.TRAIN, limit, lanes, rank, workers);
            assertThat(PreparedSets.undone(read, data.manifest())).isEqualTo(expected);
        }
    }

    @Test
    void spreadsAnEvaluationSplitOverMoreWorkersThanExamples() {
        long examples = data.manifest().examples(Split.TEST);
        int workers = (int) examples + 3;
        List<Integer> sizes = IntStream.range(0, workers)
                .mapToObj(rank -> ShardReader.of(spark.session())
                        .read(data, Split.TEST, examples, workers, rank, workers)
                        .size())
                .toList();
        assertThat(sizes.subList(0, (int) examples)).containsOnly(1);
        assertThat(sizes.subList((int) examples, workers)).containsOnly(0);
    }

    @Test
    void readsInsideTasks() {
        ShardReader reader = ShardReader.of(spark.session());
        DataLocation location = data;
        List<Integer> sizes = new JavaSparkContext(spark.session().sparkContext())
                .parallelize(List.of(0, 1), 2)
                .map(rank ->
                        reader.read(location, Split.TRAIN, 108, 12, rank, 2).size())
                .collect();
        assertThat(sizes).containsExactly(54, 54);
    }

    @Test
    void opensOnlyFilesThatCanHoldAWorkersExamples() {
        assertThat(filesOf(24, 24, 1, 2)).hasSize(12).allMatch(file -> file % 2 == 1);
        assertThat(filesOf(5, 12, 0, 3)).hasSize(5);
        assertThat(filesOf(6, 4, 1, 4)).containsExactly(1, 3, 5);
    }

    private static List<Integer> filesOf(int files, int lanes, int rank, int workers) {
        return IntStream.range(0, files)
                .filter(file -> ShardReader.mayHold(file, files, lanes, rank, workers))
                .boxed()
                .toList();
    }

    @Test
    void namesTheFileThatIsMissingOrDamaged() throws IOException {
        Path copy = directory.resolve("copy");
        PreparedSets.prepare(
                spark.session(),
                PreparedSets.with(PreparedSets.synthetic(60, 1), Task.CLASSIFICATION, 1, List.of()),
                copy);
        DataLocation location =
                DataLocation.open(spark.session().sparkContext().hadoopConfiguration(), copy.toString());
        assertThat(location.path()).isEqualTo("file:" + copy);
        Path file = copy.resolve("train/part-00001.parquet");
        Files.delete(copy.resolve("train/.part-00001.parquet.crc"));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> read(location))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "data set (file:" + copy + "): its file train/part-00001.parquet cannot be read: ")
                .hasMessageEndingWith("; delete the directory and prepare it again with 'data prepare'");
        Files.delete(file);
        assertThatThrownBy(() -> read(location))
                .isInstanceOf(DataException.class)
                .hasMessage("data set (file:" + copy + "): its file train/part-00001.parquet is missing;"
                        + " delete the directory and prepare it again with 'data prepare'");
        Files.copy(copy.resolve("train/part-00002.parquet"), file);
        assertThatThrownBy(() -> read(location))
                .hasMessageContaining("cannot be read: index 1 must come next, but it is 2;");
    }

    private static PackedExamples read(DataLocation location) {
        return ShardReader.of(spark.session())
                .read(location, Split.TRAIN, location.manifest().examples(Split.TRAIN), 4, 0, 1);
    }

    @Test
    void noticesAFileWithTooFewExamples() throws IOException {
        Path small = directory.resolve("small");
        Path large = directory.resolve("large");
        PreparedSets.prepare(spark.session(), PreparedSets.synthetic(50, 1), small);
        PreparedSets.prepare(spark.session(), PreparedSets.synthetic(60, 1), large);
        for (String name : List.of("part-00000.parquet", ".part-00000.parquet.crc")) {
            Files.copy(
                    small.resolve("train").resolve(name),
                    large.resolve("train").resolve(name),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        DataLocation location =
                DataLocation.open(spark.session().sparkContext().hadoopConfiguration(), large.toString());
        assertThatThrownBy(() -> read(location))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("its file train/part-00000.parquet must hold 11 examples below index 43, but"
                        + " holds 9; delete");
    }

    @Test
    void refusesARankThatDoesNotExist() {
        assertThatThrownBy(() -> ShardReader.of(spark.session()).read(data, Split.TRAIN, 109, 12, 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("0 <= limit <= 108, lanes >= 1 and 0 <= rank < workers are needed, but limit is 109,"
                        + " lanes 12, rank 2, workers 2");
    }
}
