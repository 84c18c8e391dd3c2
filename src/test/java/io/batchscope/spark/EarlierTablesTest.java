package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.Variant;
import io.batchscope.analysis.Variants;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class EarlierTablesTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private ParquetResultStore open() {
        return new ParquetResultStore(spark.session(), directory.toString());
    }

    /** The column {@code replica} came later. */
    @Test
    void tablesOfAnEarlierVersionAreReadAndCompactedWithNullForWhatTheyDoNotSay() throws IOException {
        RunRecord late = SampleRuns.run("r2", 8, 2, 3).run();
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r1", 8, 1, 3));
        }
        dropColumn(directory.resolve("runs/run_id=r1/" + ResultTable.FILE), "replica");
        try (ParquetResultStore store = open()) {
            assertThat(store.finishedRuns()).containsExactly("r1");
            store.write(SampleRuns.run("r2", 8, 2, 3));
            assertThat(store.read().runs()).extracting(RunRecord::replica).containsExactly(null, "fused");
            store.compact();
            assertThat(store.read().runs()).extracting(RunRecord::replica).containsExactly(null, "fused");
            assertThat(store.read().runs()).element(1).isEqualTo(late);
        }
    }

    /** Recipes came later still, and with them what a run was trained by beyond its optimizer's name. */
    @Test
    void tablesOfAVersionWithoutRecipesAreReadBesideNewOnes() throws IOException {
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r1", 8, 1, 3));
        }
        for (String column : List.of(
                "recipe",
                "recipe_number",
                "final_batch_size",
                "optimizer_settings",
                "regularization",
                "pace",
                "noise_scale")) {
            dropColumn(directory.resolve("runs/run_id=r1/" + ResultTable.FILE), column);
        }
        for (String column : List.of("update_examples", "gain")) {
            dropColumn(directory.resolve("steps/run_id=r1/" + ResultTable.FILE), column);
        }
        try (ParquetResultStore store = open()) {
            store.write(SampleRuns.run("r2", 8, 2, 3));
            store.compact();
            StudyTables tables = store.read();
            RunRecord earlier = tables.runs().get(0);
            assertThat(earlier.recipe()).isNull();
            assertThat(earlier.recipeNumber()).isNull();
            assertThat(earlier.finalBatchSize()).isNull();
            assertThat(earlier.pace()).isNull();
            assertThat(earlier.testAccuracy()).isEqualTo(tables.runs().get(1).testAccuracy());
            assertThat(tables.runs().get(1))
                    .isEqualTo(SampleRuns.run("r2", 8, 2, 3).run());
            assertThat(tables.steps())
                    .filteredOn(row -> row.runId().equals("r1"))
                    .hasSize(3)
                    .allSatisfy(row -> assertThat(row.updateExamples()).isNull())
                    .allSatisfy(row -> assertThat(row.gain()).isNull());
            assertThat(Variants.of(tables.runs()).ordered())
                    .extracting(Variant::name)
                    .containsExactly("recipe without a name", "linear");
        }
    }

    private static void dropColumn(Path file, String name) throws IOException {
        ParquetRows parquet = new ParquetRows(spark.session().sparkContext().hadoopConfiguration());
        org.apache.hadoop.fs.Path place = new org.apache.hadoop.fs.Path(file.toUri());
        List<Row> rows = parquet.read(place, Map.of());
        StructType schema = rows.get(0).schema();
        StructType fewer = new StructType(Arrays.stream(schema.fields())
                .filter(field -> !field.name().equals(name))
                .toArray(StructField[]::new));
        assertThat(fewer.size()).isEqualTo(schema.size() - 1);
        Files.delete(file);
        parquet.write(
                place,
                fewer,
                rows.stream()
                        .map(row -> RowFactory.create(Arrays.stream(fewer.fieldNames())
                                .map(row::<Object>getAs)
                                .toArray()))
                        .toList());
    }
}
