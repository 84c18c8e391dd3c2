package io.batchscope.spark;

import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.sql.Row;

/**
 * Rows with their place: which block of which file, and which row of it. A block is what Spark reads of a file at
 * once; its rows come in the order of the file.
 */
final class PlacedRows implements Iterator<PlacedRows.PlacedRow> {
    private final Iterator<Row> rows;
    private final boolean header;
    private Block block = new Block("", -1);
    private long ordinal;

    /** @param header whether the first row of a file names the columns */
    PlacedRows(Iterator<Row> rows, boolean header) {
        this.rows = rows;
        this.header = header;
    }

    /** Part of a file that begins at byte {@code start}. */
    record Block(String path, long start) implements Serializable {}

    /** @param ordinal number of the row in its block, from 0; −1 for a row that names the columns */
    record PlacedRow(Block block, long ordinal, Row row) {
        boolean isHeader() {
            return ordinal < 0;
        }
    }

    @Override
    public boolean hasNext() {
        return rows.hasNext();
    }

    @Override
    public PlacedRow next() {
        Row row = rows.next();
        String path = row.getString(TableSource.PATH);
        long start = row.getLong(TableSource.START);
        if (start != block.start || !path.equals(block.path)) {
            block = new Block(path, start);
            ordinal = header && start == 0 ? -1 : 0;
        }
        return new PlacedRow(block, ordinal++, row);
    }
}
