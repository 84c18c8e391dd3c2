package io.batchscope.spark;

import io.batchscope.plan.Task;
import io.batchscope.spark.FeatureReader.Problem;
import io.batchscope.spark.FeatureReader.TextColumns;
import io.batchscope.spark.PlacedRows.Block;
import io.batchscope.spark.PlacedRows.PlacedRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * What a task saw of one block of a file.
 *
 * @param rows examples in it
 * @param problem the first value that cannot be used; null if there is none
 * @param problemOrdinal the row of the problem, from 0; −1 for the row of column names
 */
record BlockSummary(
        Block block, long rows, @Nullable Problem problem, long problemOrdinal, Map<String, LabelCount> labels)
        implements Serializable {
    /** How often a label occurs, and in which row of the block first. */
    record LabelCount(long count, long firstOrdinal) implements Serializable {}

    /** Looks at all blocks of a partition. */
    static Iterator<BlockSummary> summarise(Iterator<Row> partition, TableLayout layout) {
        List<Counter> counters = new ArrayList<>();
        Counter current = null;
        PlacedRows rows = new PlacedRows(partition, layout.header());
        while (rows.hasNext()) {
            PlacedRow placed = rows.next();
            if (current == null || !current.block.equals(placed.block())) {
                current = new Counter(placed.block(), layout);
                counters.add(current);
            }
            current.take(placed);
        }
        return counters.stream().map(Counter::finish).iterator();
    }

    /** Counts one block. */
    private static final class Counter {
        private final Block block;
        private final TableLayout layout;
        private final float[] features;
        private final Map<String, LabelCount> labels = new HashMap<>();
        private long rows;
        private long problemOrdinal;
        private @Nullable Problem problem;

        Counter(Block block, TableLayout layout) {
            this.block = block;
            this.layout = layout;
            this.features = new float[layout.features().count()];
        }

        void take(PlacedRow placed) {
            if (problem != null) {
                return;
            }
            Problem found = placed.isHeader() ? checkHeader(placed.row()) : check(placed);
            if (found != null) {
                problem = found;
                problemOrdinal = placed.ordinal();
            }
            rows += placed.isHeader() ? 0 : 1;
        }

        private @Nullable Problem checkHeader(Row row) {
            return layout.hasExpectedNames(row)
                    ? null
                    : new Problem("column names", "", "every file must have the same header line as the first one");
        }

        private @Nullable Problem check(PlacedRow placed) {
            Row row = placed.row();
            if (!row.isNullAt(TableSource.MALFORMED)) {
                return new Problem("row", "", "it must have as many values as the header line has names");
            }
            Problem inFeatures = layout.features().read(row, features);
            return inFeatures != null ? inFeatures : checkLabel(row.getString(TableSource.LABEL), placed.ordinal());
        }

        private @Nullable Problem checkLabel(@Nullable String label, long ordinal) {
            if (label == null || label.isEmpty()) {
                return Problem.empty(layout.label());
            }
            if (layout.task() == Task.REGRESSION) {
                boolean finite = Float.isFinite((float) TextColumns.parse(label));
                return finite ? null : Problem.notFinite(label, layout.label());
            }
            // Beyond the limit the driver refuses the input anyway; what was counted suffices for that.
            if (labels.size() <= Inspection.MOST_LABELS) {
                labels.merge(
                        LabelEncoding.canonical(label),
                        new LabelCount(1, ordinal),
                        (a, b) -> new LabelCount(a.count + b.count, a.firstOrdinal));
            }
            return null;
        }

        BlockSummary finish() {
            return new BlockSummary(block, rows, problem, problemOrdinal, labels);
        }
    }
}
