package io.batchscope.report;

import java.util.List;

/**
 * A table of finished texts.
 *
 * @param columns one a cell of every row
 */
public record Table(List<Column> columns, List<List<String>> rows) {
    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
    }

    static String capitalized(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /**
     * A column.
     *
     * @param style a CSS class: {@code number}, {@code text} or {@code verdict}
     */
    public record Column(String title, String style) {
        static Column number(String title) {
            return new Column(title, "number");
        }

        static Column text(String title) {
            return new Column(title, "text");
        }
    }
}
