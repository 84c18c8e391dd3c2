package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.ResultStoreException;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ParquetResultStoreTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private ParquetResultStore open() {
        return new ParquetResultStore(spark.session(), directory.toString());
    }

    private Dataset<Row> table(String name) {
        return spark.session().read().parquet(directory.resolve(name).toString());
    }

    @Test
    void readsBackWhatWasWrittenInTheOrderOfBatchSizeAndSeed() {
        RunResult first = SampleRuns.run("z1", 8, 2, 3);
        RunResult second = SampleRuns.probed("a2", 64, 1, 2);
        RunResult third = SampleRuns.run("b3", 64, 2, 12);
        try (ParquetResultStore store = open()) {
            Stream.of(third, first, second).forEach(store::write);
            StudyTables read = store.read();
            assertThat(read.runs()).containsExactly(first.run(), second.run(), third.run());
            assertThat(read.steps())
                    .containsExactlyElementsOf(Stream.of(first, second, third)
                            .flatMap(run -> run.steps().stream())
                            .toList());
            assertThat(read.evals())
                    .extracting("runId", "step", "split")
                    .startsWith(
                            org.assertj.core.groups.Tuple.tuple("z1", 0L, "validation"),
                            org.assertj.core.groups.Tuple.tuple("z1", 3L, "test"),
                            org.assertj.core.groups.Tuple.tuple("z1", 3L, "validation"));
            assertThat(read.evals()).hasSize(9);
            assertThat(read.probes()).containsExactlyElementsOf(second.probes());
        }
    }

    @Test
    void sparkReadsEveryTableWithARunIdOfTypeString() {
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r1", 8, 1, 3));
            store.write(SampleRuns.run("r2", 8, 2, 4));
        }
        for (String name : List.of("runs", "steps", "evals", "probes")) {
            assertThat(table(name).schema().apply("run_id").dataType().simpleString())
                    .isEqualTo("string");
        }
        assertThat(table("runs")
                        .select("run_id")
                        .as(org.apache.spark.sql.Encoders.STRING())
                        .collectAsList())
                .containsExactlyInAnyOrder("r1", "r2");
        assertThat(table("steps").count()).isEqualTo(7);
        assertThat(table("steps").filter("run_id = 'r2'").count()).isEqualTo(4);
        assertThat(table("probes").count()).isZero();
        assertThat(table("findings").columns())
                .containsExactly("study", "finding", "batch_size", "value", "low", "high", "unit", "detail");
        assertThat(table("runs").select("started_at").first().getTimestamp(0).toInstant())
                .isEqualTo(SampleRuns.run("r1", 8, 1, 3).run().startedAt());
    }

    @Test
    void sparkReadsTheCompactTablesAlike() {
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r1", 8, 1, 3));
            store.write(SampleRuns.run("r2", 8, 2, 4));
            store.compact();
        }
        assertThat(table("steps").schema().apply("run_id").dataType().simpleString())
                .isEqualTo("string");
        assertThat(table("steps").filter("run_id = 'r2'").count()).isEqualTo(4);
        assertThat(table("probes").count()).isZero();
        assertThat(table("runs").columns())
                .containsExactly(RecordRows.schema(RunRecord.class).fieldNames());
    }

    @Test
    void theRunIdStandsOnlyInThePath() throws IOException {
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r1", 8, 1, 3));
        }
        Path leaf = directory.resolve("steps/run_id=r1");
        try (Stream<Path> files = Files.list(leaf)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith(".")))
                    .containsExactly(ResultTable.FILE);
        }
        assertThat(spark.session().read().parquet(leaf.toString()).columns())
                .doesNotContain("run_id")
                .contains("batch_size");
    }

    @Test
    void finishedRunsAreThoseThatDidNotFail() {
        try (ParquetResultStore store = open()) {
            assertThat(store.finishedRuns()).isEmpty();
            store.write(SampleRuns.run("r1", 8, 1, 3));
            store.write(SampleRuns.failed("r2", 8, 2));
            assertThat(store.finishedRuns()).containsExactly("r1");
        }
    }

    @Test
    void writingARunAgainReplacesItsRows() {
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.failed("r1", 8, 1));
            store.write(SampleRuns.run("r2", 8, 2, 5));
            store.write(SampleRuns.run("r1", 8, 1, 3));
            store.write(SampleRuns.run("r2", 8, 2, 4));
            assertThat(store.read().runs()).extracting(RunRecord::outcome).containsExactly("Completed", "Completed");
            assertThat(store.read().steps()).hasSize(7);
        }
    }

    @Test
    void aRefusedRunLeavesItsOldRowsAlone() {
        RunResult good = SampleRuns.run("r1", 8, 1, 3);
        StepRecord notANumber = new StepRecord(
                "study",
                "r1",
                8,
                1,
                1,
                0,
                8,
                null,
                0.1,
                null,
                Double.NaN,
                1.0,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                0,
                null,
                StepMeasures.NONE);
        try (ParquetResultStore store = open()) {
            store.write(good);
            assertThatThrownBy(() ->
                            store.write(new RunResult(good.run(), List.of(notANumber), good.evals(), good.probes())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("column loss (StepRecord): must be finite, but is NaN");
            assertThat(store.read().steps()).isEqualTo(good.steps());
        }
    }

    @Test
    void refusesIdsThatSparkWouldTakeForNumbersAndRowsOfOtherRuns() {
        RunResult other = SampleRuns.run("r2", 8, 1, 3);
        try (ParquetResultStore store = open()) {
            assertThatThrownBy(() -> store.write(SampleRuns.run("1e10", 8, 1, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("run id must be a letter followed by letters, digits, '_' or '-', but is '1e10'");
            assertThatThrownBy(() -> store.write(
                            new RunResult(SampleRuns.run("r1", 8, 1, 3).run(), other.steps(), List.of(), List.of())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rows of run r2 were given with run r1");
            assertThat(store.read().runs()).isEmpty();
        }
    }

    @Test
    void compactingAndReopeningChangeNoRow() throws IOException {
        StudyTables before;
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r3", 64, 1, 11));
            store.write(SampleRuns.failed("r1", 8, 1));
            store.write(SampleRuns.probed("r2", 8, 2, 7));
            before = store.read();
            store.compact();
            assertThat(store.read()).isEqualTo(before);
            store.compact();
            assertThat(store.read()).isEqualTo(before);
        }
        assertThat(dataFiles()).isEqualTo(5);
        try (ParquetResultStore store = open()) {
            assertThat(store.read()).isEqualTo(before);
            assertThat(store.finishedRuns()).containsExactly("r2", "r3");
        }
        assertThat(ParquetResultStore.forReading(spark.session(), directory.toString())
                        .read())
                .isEqualTo(before);
    }

    private long dataFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".parquet")).count();
        }
    }

    @Test
    void aCompactStudyCanBeExtended() {
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r2", 8, 2, 4));
            store.write(SampleRuns.failed("r1", 8, 1));
            store.compact();
            store.write(SampleRuns.run("r3", 64, 1, 5));
            store.write(SampleRuns.run("r1", 8, 1, 3));
            StudyTables expanded = store.read();
            assertThat(expanded.runs()).extracting(RunRecord::runId).containsExactly("r1", "r2", "r3");
            assertThat(expanded.runs()).extracting(RunRecord::outcome).containsOnly("Completed");
            assertThat(expanded.steps()).hasSize(12);
            assertThat(table("steps").count()).isEqualTo(12);
            store.compact();
            assertThat(store.read()).isEqualTo(expanded);
        }
    }

    @Test
    void compactingNothingDoesNothing() {
        try (ParquetResultStore store = open()) {
            store.compact();
            assertThat(store.read().runs()).isEmpty();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void findingsAreReplacedAsAWhole() {
        List<FindingRecord> first = List.of(SampleRuns.finding("b", 1), SampleRuns.finding("a", 2));
        List<FindingRecord> second = List.of(SampleRuns.finding("c", Double.NaN));
        try (ParquetResultStore store = open()) {
            assertThat(store.readFindings()).isEmpty();
            store.writeFindings(first);
            assertThat(store.readFindings()).isEqualTo(first);
            store.writeFindings(second);
            assertThat(store.readFindings())
                    .hasSize(1)
                    .first()
                    .extracting(FindingRecord::value)
                    .isNull();
        }
        assertThat(table("findings").count()).isEqualTo(1);
    }

    @Test
    void threadsMayWriteAtTheSameTime() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (ParquetResultStore store = open()) {
            List<Callable<Void>> writes = IntStream.range(0, 12)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        store.write(SampleRuns.run("r" + i, i, 1, 10));
                        return null;
                    })
                    .toList();
            for (Future<Void> write : pool.invokeAll(writes, 60, TimeUnit.SECONDS)) {
                write.get();
            }
            assertThat(store.read().runs()).hasSize(12);
            assertThat(store.read().steps()).hasSize(120);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aReaderNeedsResults() {
        assertThatThrownBy(() -> ParquetResultStore.forReading(spark.session(), directory.toString()))
                .isInstanceOf(ResultStoreException.class)
                .hasMessage("no results (" + directory + "): a results directory has a table 'runs'; give the output"
                        + " directory of a study of which at least one run has ended");
    }

    @Test
    void aWriterNeedsADirectoryItCanMake() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "precious");
        assertThatThrownBy(() -> new ParquetResultStore(spark.session(), file.toString()))
                .isInstanceOf(ResultStoreException.class)
                .hasMessageStartingWith("results directory (" + file + "): cannot be written: ")
                .hasMessageEndingWith("; choose another study.output or make it writable");
        assertThat(file).hasContent("precious");
    }

    @Test
    void namesATableFileThatIsNotParquet() throws Exception {
        Path file = Files.writeString(
                Files.createDirectories(directory.resolve("runs")).resolve("part-00000.parquet"), "x");
        ParquetResultStore reader = ParquetResultStore.forReading(spark.session(), directory.toString());
        assertThatThrownBy(reader::read)
                .isInstanceOf(ResultStoreException.class)
                .hasMessageContaining(file + "): cannot be read: ")
                .hasMessageEndingWith("; restore it, or start again with study --fresh");
    }

    @Test
    void aReaderMayReadWhileAnotherWritesButNotWrite() {
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r1", 8, 1, 3));
            ParquetResultStore reader = ParquetResultStore.forReading(spark.session(), directory.toString());
            assertThat(reader.read()).isEqualTo(store.read());
            assertThatThrownBy(reader::compact)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("results directory " + directory + " was opened for reading");
        }
    }

    @Test
    void takesAUriOfAFileSystem() {
        try (ParquetResultStore store =
                new ParquetResultStore(spark.session(), directory.toUri().toString())) {
            store.write(SampleRuns.run("r1", 8, 1, 3));
        }
        assertThat(directory.toFile().list()).isNotNull().satisfies(names -> assertThat(Arrays.asList(names))
                .containsExactlyInAnyOrder("runs", "steps", "evals", "probes", "findings"));
    }
}
