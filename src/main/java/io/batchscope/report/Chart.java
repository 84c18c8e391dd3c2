package io.batchscope.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chart of the report.
 *
 * @param name of its specification, {@code charts/<name>.vl.json}
 * @param wide whether it takes the whole width
 * @param switchable whether the reader may switch its horizontal axis to linear
 * @param batch draws the rows of this batch size alone, the first one shown where the reader may choose; null: all
 * @param choices batch sizes of which the reader may choose the one to draw; empty: none
 */
record Chart(
        String name,
        String title,
        String caption,
        boolean wide,
        boolean switchable,
        @Nullable Long batch,
        List<Long> choices) {
    Chart(String name, String title, String caption, boolean wide, boolean switchable) {
        this(name, title, caption, wide, switchable, null, List.of());
    }

    Chart at(long batchSize) {
        return new Chart(name, title, caption, wide, switchable, batchSize, List.of());
    }

    Chart choosing(List<Long> batchSizes) {
        return new Chart(name, title, caption, wide, switchable, null, batchSizes);
    }

    /** Of those choices that have rows, the last one with the most curves is shown first. */
    Chart choosingOf(Map<Long, Long> drawn) {
        return drawn.entrySet().stream()
                .filter(entry -> choices.contains(entry.getKey()))
                .max(Map.Entry.<Long, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(first -> new Chart(
                        name,
                        title,
                        caption,
                        wide,
                        switchable,
                        first.getKey(),
                        choices.stream().filter(drawn::containsKey).toList()))
                .orElse(this);
    }

    Chart beginningWith(@Nullable Long batchSize) {
        return new Chart(name, title, caption, wide, switchable, batchSize, choices);
    }

    /** Unique in the report. */
    String id() {
        return batch == null || !choices.isEmpty() ? name : name + "-" + batch;
    }
}
