package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.result.RunRecord;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    private static void dropColumn(Path file, String name) throws IOException {
        ParquetRows parquet = new ParquetRows(spark.session().sparkContext().hadoopConfiguration());
        org.apache.hadoop.fs.Path place = new org.apache.hadoop.fs.Path(file.toUri());
        Row row = parquet.read(place, Map.of()).get(0);
        StructType fewer = new StructType();
        List<Object> values = new ArrayList<>();
        for (StructField field : row.schema().fields()) {
            if (!field.name().equals(name)) {
                fewer = fewer.add(field);
                values.add(row.getAs(field.name()));
            }
        }
        assertThat(fewer.size()).isEqualTo(row.size() - 1);
        Files.delete(file);
        parquet.write(place, fewer, List.of(RowFactory.create(values.toArray())));
    }
}
