package io.batchscope.spark;

import io.batchscope.plan.Task;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * How the rows of a {@link TableSource} are to be read.
 *
 * @param label name of the label column
 * @param headerNames names of the feature columns, where the first row of each file repeats them; empty for no such row
 */
record TableLayout(Task task, String label, FeatureReader features, List<String> headerNames) implements Serializable {
    boolean header() {
        return !headerNames.isEmpty();
    }

    /** Whether a row with column names has the expected ones, in the expected order. */
    boolean hasExpectedNames(Row row) {
        if (!row.isNullAt(TableSource.MALFORMED) || !label.equals(row.getString(TableSource.LABEL))) {
            return false;
        }
        for (int i = 0; i < headerNames.size(); i++) {
            if (!headerNames.get(i).equals(row.getString(TableSource.FEATURES + i))) {
                return false;
            }
        }
        return true;
    }
}
