package io.batchscope.spark;

import io.batchscope.data.Manifest.Encoding;
import java.util.List;
import java.util.SortedMap;

/**
 * What a first look at an input found.
 *
 * @param rows examples
 * @param shape of one example
 * @param labels every label of a classification with its use; empty for a regression
 */
record Inspection(long rows, List<Integer> shape, Encoding encoding, SortedMap<String, LabelUse> labels) {
    /** More labels than that are no classes. */
    static final int MOST_LABELS = 100_000;

    /**
     * How a label is used.
     *
     * @param count examples that have it
     * @param firstPlace where it stands first, as {@code file, row n}
     */
    record LabelUse(long count, String firstPlace) {}
}
