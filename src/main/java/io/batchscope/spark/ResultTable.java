package io.batchscope.spark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * One table of a results directory, in one of two layouts: leaves {@code <table>/run_id=<id>/part-00000.parquet}, where
 * the id stands only in the path, or a single {@code <table>/part-00000.parquet} with the id as a column.
 *
 * <p>A table is changed as a whole by building the new one beside it and swapping by renames. Whatever moment a writer
 * dies at, one of the two is complete, and {@link #recover} finds it:
 *
 * <pre>
 * _T.building            the new table grows
 * _T.new                 it is complete; T still holds
 * T → _T.old             the new one holds
 * _T.new → T
 * _T.old deleted
 * </pre>
 */
final class ResultTable<R extends Record> {
    static final String FILE = "part-00000.parquet";
    /** Where a leaf grows before it is renamed into its table. */
    static final String WRITING = "_writing";

    private static final String RUN_ID = "run_id";
    private static final String LEAF = RUN_ID + "=";

    private final HadoopFiles files;
    private final ParquetRows parquet;
    private final Path root;
    private final String name;
    private final Class<R> type;
    private final StructType schema;

    ResultTable(HadoopFiles files, ParquetRows parquet, Path root, String name, Class<R> type) {
        this.files = files;
        this.parquet = parquet;
        this.root = root;
        this.name = name;
        this.type = type;
        this.schema = RecordRows.schema(type);
    }

    private Path table() {
        return new Path(root, name);
    }

    private Path beside(String suffix) {
        return new Path(root, "_" + name + "." + suffix);
    }

    /** Where the valid table stands now, if there is one; after a crash it may be beside its place until recovered. */
    private Optional<Path> current() {
        return Stream.of(table(), beside("new"), beside("old"))
                .filter(files::exists)
                .findFirst();
    }

    boolean exists() {
        return current().isPresent();
    }

    boolean isCompact() {
        return current().filter(this::isCompact).isPresent();
    }

    private boolean isCompact(Path table) {
        return files.exists(new Path(table, FILE));
    }

    /** Ids that have rows (or, in leaves, could have some). */
    Set<String> runIds() {
        Optional<Path> table = current();
        if (table.isEmpty()) {
            return Set.of();
        }
        return isCompact(table.get())
                ? rows().stream().map(ResultTable::runId).collect(Collectors.toCollection(TreeSet::new))
                : leaves(table.get());
    }

    private Set<String> leaves(Path table) {
        return files.names(table).stream()
                .filter(leaf -> leaf.startsWith(LEAF))
                .map(leaf -> leaf.substring(LEAF.length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The records of all runs: by run in leaves, in the order of the file when compact. */
    List<R> read() {
        return rows().stream().map(row -> RecordRows.fromRow(type, row)).toList();
    }

    private List<Row> rows() {
        Optional<Path> table = current();
        if (table.isEmpty()) {
            return List.of();
        }
        if (isCompact(table.get())) {
            return parquet.read(new Path(table.get(), FILE), Map.of());
        }
        List<Row> rows = new ArrayList<>();
        for (String id : leaves(table.get())) {
            rows.addAll(parquet.read(new Path(new Path(table.get(), LEAF + id), FILE), Map.of(RUN_ID, id)));
        }
        return rows;
    }

    private static String runId(Row row) {
        return row.getAs(RUN_ID);
    }

    /** Writes the rows of one run as a new leaf; a run that has one is to be discarded first. */
    void writeLeaf(String runId, List<Row> rows) {
        Path growing = new Path(new Path(root, WRITING), name + "-" + runId);
        files.delete(growing);
        writeLeafFile(growing, rows);
        files.makeDirectories(table());
        files.rename(growing, new Path(table(), LEAF + runId));
    }

    private void writeLeafFile(Path leaf, List<Row> rows) {
        StructType columns = new StructType();
        List<Integer> kept = new ArrayList<>();
        for (StructField field : schema.fields()) {
            if (!field.name().equals(RUN_ID)) {
                columns = columns.add(field);
                kept.add(schema.fieldIndex(field.name()));
            }
        }
        List<Row> withoutId = rows.stream()
                .map(row -> org.apache.spark.sql.RowFactory.create(
                        kept.stream().map(row::get).toArray()))
                .toList();
        parquet.write(new Path(leaf, FILE), columns, withoutId);
    }

    /** Removes the leaf of a run in one step, if there is one. */
    void discardLeaf(String runId) {
        Path leaf = new Path(table(), LEAF + runId);
        if (files.exists(leaf)) {
            Path writing = new Path(root, WRITING);
            Path discarded = new Path(writing, name + "-" + runId + "-discarded");
            files.delete(discarded);
            files.makeDirectories(writing);
            files.rename(leaf, discarded);
            files.delete(discarded);
        }
    }

    /** Puts these records, as one file, in the place of the whole table. */
    void replace(List<R> records) {
        List<Row> rows = records.stream().map(RecordRows::toRow).toList();
        swap(building -> parquet.write(new Path(building, FILE), schema, rows));
    }

    /** Turns a compact table back into leaves, one for each of these runs even if it has no rows. */
    void expand(Collection<String> runIds) {
        Map<String, List<R>> byRun = rows().stream()
                .collect(Collectors.groupingBy(
                        ResultTable::runId,
                        Collectors.mapping(row -> RecordRows.fromRow(type, row), Collectors.toList())));
        swap(building -> {
            files.makeDirectories(building);
            for (String id : runIds) {
                List<Row> rows = byRun.getOrDefault(id, List.of()).stream()
                        .map(RecordRows::toRow)
                        .toList();
                writeLeafFile(new Path(building, LEAF + id), rows);
            }
        });
    }

    private void swap(Consumer<Path> build) {
        recover();
        build.accept(beside("building"));
        files.rename(beside("building"), beside("new"));
        if (files.exists(table())) {
            files.rename(table(), beside("old"));
        }
        files.rename(beside("new"), table());
        files.delete(beside("old"));
    }

    /** Completes or undoes a swap that was cut short. */
    void recover() {
        files.delete(beside("building"));
        if (!files.exists(table())) {
            current().ifPresent(valid -> files.rename(valid, table()));
        }
        files.delete(beside("new"));
        files.delete(beside("old"));
    }

    /** Removes leaves of runs that are not among these. */
    void discardAllBut(Set<String> runIds) {
        leaves(table()).stream().filter(id -> !runIds.contains(id)).forEach(this::discardLeaf);
    }
}
