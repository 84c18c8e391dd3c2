package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.result.StudyTables;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every state in which a killed writer can leave the directory, made by hand. */
class ResultTableRecoveryTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path templates;

    private static StudyTables expected = new StudyTables(List.of(), List.of(), List.of(), List.of());

    @TempDir
    Path temporary;

    private Path leaves;
    private Path compact;

    /** Where in the swap of a table the writer dies. */
    enum Stage {
        BUILDING,
        BUILT,
        OLD_ASIDE,
        NEW_IN_PLACE,
        OLD_HALF_DELETED
    }

    @BeforeAll
    static void writeTheSameRowsInBothLayouts() throws IOException {
        expected = write(templates.resolve("leaves"));
        copy(templates.resolve("leaves"), templates.resolve("compact"));
        try (ParquetResultStore store = open(templates.resolve("compact"))) {
            store.compact();
        }
    }

    @BeforeEach
    void takeACopy() throws IOException {
        leaves = temporary.resolve("leaves");
        compact = temporary.resolve("compact");
        copy(templates.resolve("leaves"), leaves);
        copy(templates.resolve("compact"), compact);
    }

    private static StudyTables write(Path directory) {
        try (ParquetResultStore store = open(directory)) {
            store.write(SampleRuns.probed("r1", 8, 1, 3));
            store.write(SampleRuns.run("r2", 8, 2, 4));
            store.writeFindings(List.of(SampleRuns.finding("critical_batch_size", 1)));
            return store.read();
        }
    }

    private static ParquetResultStore open(Path directory) {
        return new ParquetResultStore(spark.session(), directory.toString());
    }

    /** Leaves {@code from} as a writer does that dies while it swaps a table for that of {@code to}. */
    private static void die(Path from, Path to, String table, Stage stage) throws IOException {
        Path place = from.resolve(table);
        Path aside = from.resolve("_" + table + ".old");
        Path built = from.resolve("_" + table + ".new");
        switch (stage) {
            case BUILDING -> {
                Path building = from.resolve("_" + table + ".building");
                Files.createDirectories(building);
                Files.writeString(building.resolve(ResultTable.FILE), "PAR1 and not mu");
            }
            case BUILT -> copy(to.resolve(table), built);
            case OLD_ASIDE -> {
                copy(to.resolve(table), built);
                Files.move(place, aside);
            }
            case NEW_IN_PLACE -> {
                Files.move(place, aside);
                copy(to.resolve(table), place);
            }
            case OLD_HALF_DELETED -> {
                Files.move(place, aside);
                copy(to.resolve(table), place);
                FileUtils.cleanDirectory(aside.toFile());
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        FileUtils.copyDirectory(from.toFile(), to.toFile());
    }

    private void assertSound(Path directory) throws IOException {
        assertThat(ParquetResultStore.forReading(spark.session(), directory.toString())
                        .read())
                .isEqualTo(expected);
        try (ParquetResultStore store = open(directory)) {
            assertThat(store.read()).isEqualTo(expected);
            assertThat(store.finishedRuns()).containsExactly("r1", "r2");
            assertThat(names(directory))
                    .containsExactlyInAnyOrder("runs", "steps", "evals", "probes", "findings", "_lock");
            store.write(SampleRuns.run("r3", 64, 1, 5));
            StudyTables extended = store.read();
            assertThat(extended.runs()).hasSize(3);
            assertThat(extended.steps()).hasSize(12);
            store.compact();
            assertThat(store.read()).isEqualTo(extended);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void losesNothingWhenKilledWhileCompacting(Stage stage) throws IOException {
        die(leaves, compact, "steps", stage);
        assertSound(leaves);
    }

    @ParameterizedTest
    @EnumSource(names = {"BUILT", "OLD_ASIDE", "NEW_IN_PLACE"})
    void losesNothingWhenKilledWhileCompactingRuns(Stage stage) throws IOException {
        for (String done : List.of("steps", "evals", "probes")) {
            die(leaves, compact, done, Stage.NEW_IN_PLACE);
            FileUtils.deleteDirectory(leaves.resolve("_" + done + ".old").toFile());
        }
        die(leaves, compact, "runs", stage);
        assertSound(leaves);
    }

    @ParameterizedTest
    @EnumSource(names = {"BUILT", "OLD_ASIDE", "NEW_IN_PLACE"})
    void losesNothingWhenKilledWhileExpanding(Stage stage) throws IOException {
        die(compact, leaves, "evals", stage);
        assertSound(compact);
    }

    @ParameterizedTest
    @EnumSource(names = {"BUILDING", "BUILT", "OLD_ASIDE"})
    void findingsAreTheOldOrTheNewOnes(Stage stage) throws IOException {
        try (ParquetResultStore store = open(compact)) {
            store.writeFindings(List.of(SampleRuns.finding("new", 2)));
        }
        die(leaves, compact, "findings", stage);
        try (ParquetResultStore store = open(leaves)) {
            assertThat(store.readFindings())
                    .containsExactly(
                            stage == Stage.OLD_ASIDE
                                    ? SampleRuns.finding("new", 2)
                                    : SampleRuns.finding("critical_batch_size", 1));
        }
    }

    @Test
    void aTableThatWasOnlyPutAsideComesBack() throws IOException {
        Files.move(leaves.resolve("steps"), leaves.resolve("_steps.old"));
        assertSound(leaves);
    }

    @Test
    void aRunWithoutItsRowInRunsIsRemoved() throws IOException {
        try (ParquetResultStore store = open(leaves)) {
            store.write(SampleRuns.run("r9", 8, 9, 6));
        }
        FileUtils.deleteDirectory(leaves.resolve("runs/run_id=r9").toFile());
        assertThat(ParquetResultStore.forReading(spark.session(), leaves.toString())
                        .read())
                .isEqualTo(expected);
        open(leaves).close();
        assertThat(names(leaves.resolve("steps"))).containsExactlyInAnyOrder("run_id=r1", "run_id=r2");
        assertSound(leaves);
    }

    @Test
    void aHalfWrittenLeafIsRemovedAndNeverSeen() throws IOException {
        Path growing = Files.createDirectories(leaves.resolve("_writing/steps-r9"));
        Files.writeString(growing.resolve(ResultTable.FILE), "PAR1 and not mu");
        assertThat(spark.session()
                        .read()
                        .parquet(leaves.resolve("steps").toString())
                        .count())
                .isEqualTo(7);
        assertSound(leaves);
    }
}
