package io.batchscope.cli;

import io.batchscope.result.FindingRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A finding in a JSON document. */
final class FindingJson {
    private FindingJson() {}

    /** With the columns of the table {@code findings}. */
    static Map<String, @Nullable Object> row(FindingRecord finding) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("study", finding.study());
        row.put("finding", finding.finding());
        row.put("batch_size", finding.batchSize());
        row.put("value", finding.value());
        row.put("low", finding.low());
        row.put("high", finding.high());
        row.put("unit", finding.unit());
        row.put("detail", finding.detail());
        return row;
    }
}
