package io.batchscope.spark;

import io.batchscope.data.DataException;
import io.batchscope.data.Manifest.Encoding;
import io.batchscope.spark.BlockSummary.LabelCount;
import io.batchscope.spark.Inspection.LabelUse;
import io.batchscope.spark.PlacedRows.Block;
import io.batchscope.spark.PlacedRows.PlacedRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Rows of CSV or Parquet files. The number of a row follows from the order of the files and its place in the file, not
 * from the partitions in which Spark happens to read them.
 */
final class TableSource implements ExampleSource {
    /** Columns of {@link #rows}: path, first byte of the block, label, text of a malformed row, then the features. */
    static final int PATH = 0;

    static final int START = 1;
    static final int LABEL = 2;
    static final int MALFORMED = 3;
    static final int FEATURES = 4;

    private final Dataset<Row> rows;
    private final TableLayout layout;
    private final List<SourceFile> files;
    private final Map<Block, Long> firstRows = new HashMap<>();

    TableSource(Dataset<Row> rows, TableLayout layout, List<SourceFile> files) {
        this.rows = rows;
        this.layout = layout;
        this.files = List.copyOf(files);
    }

    @Override
    public Inspection inspect() {
        TableLayout format = layout;
        List<BlockSummary> blocks = new ArrayList<>(rows.javaRDD()
                .mapPartitions(partition -> BlockSummary.summarise(partition, format))
                .collect());
        Map<String, Integer> order = fileOrder();
        Comparator<BlockSummary> byFile = Comparator.comparing(summary -> Objects.requireNonNull(
                order.get(summary.block().path()), () -> "a file that nobody named: " + summary.block()));
        blocks.sort(byFile.thenComparing(summary -> summary.block().start()));

        SortedMap<String, LabelUse> labels = new TreeMap<>();
        firstRows.clear();
        long total = 0;
        long inFile = 0;
        String path = "";
        for (BlockSummary summary : blocks) {
            if (!summary.block().path().equals(path)) {
                path = summary.block().path();
                inFile = 0;
            }
            long before = inFile;
            String file = new Path(path).getName();
            if (summary.problem() != null) {
                throw new DataException(summary.problem().at(file, before + summary.problemOrdinal() + 1));
            }
            summary.labels().forEach((label, use) -> labels.merge(label, placed(use, file, before), TableSource::sum));
            requireFewLabels(labels, file);
            firstRows.put(summary.block(), total);
            total += summary.rows();
            inFile += summary.rows();
        }
        return new Inspection(total, List.of(layout.features().count()), Encoding.FLOAT32, labels);
    }

    private static LabelUse placed(LabelCount use, String file, long before) {
        return new LabelUse(use.count(), file + ", row " + (before + use.firstOrdinal() + 1));
    }

    private static LabelUse sum(LabelUse a, LabelUse b) {
        return new LabelUse(a.count() + b.count(), a.firstPlace());
    }

    private void requireFewLabels(Map<String, LabelUse> labels, String file) {
        if (labels.size() > Inspection.MOST_LABELS) {
            throw new DataException("labels (" + file + ", column '" + layout.label() + "'): a classification may have "
                    + Inspection.MOST_LABELS + " classes, but here are more; for numbers to predict say"
                    + " --task regression");
        }
    }

    private Map<String, Integer> fileOrder() {
        Map<String, Integer> order = new HashMap<>();
        for (int i = 0; i < files.size(); i++) {
            String path = files.get(i).path();
            // Spark gives paths with special characters in either form.
            order.put(path, i);
            order.put(new Path(path).toUri().toString(), i);
        }
        return order;
    }

    @Override
    public JavaRDD<RawExample> examples(LabelEncoding labels) {
        TableLayout format = layout;
        Map<Block, Long> first = Map.copyOf(firstRows);
        return rows.javaRDD().mapPartitions(partition -> encode(partition, format, labels, first));
    }

    private static Iterator<RawExample> encode(
            Iterator<Row> partition, TableLayout layout, LabelEncoding labels, Map<Block, Long> firstRows) {
        float[] features = new float[layout.features().count()];
        Iterable<PlacedRow> rows = () -> new PlacedRows(partition, layout.header());
        return StreamSupport.stream(rows.spliterator(), false)
                .filter(placed -> !placed.isHeader())
                .map(placed -> {
                    if (layout.features().read(placed.row(), features) != null) {
                        throw new IllegalStateException("the input changed while it was being prepared");
                    }
                    long row = Objects.requireNonNull(firstRows.get(placed.block())) + placed.ordinal();
                    double label = labels.encode(placed.row().getString(LABEL));
                    return new RawExample(row, label, FloatBytes.encode(features));
                })
                .iterator();
    }
}
