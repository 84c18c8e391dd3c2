package io.batchscope.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/** Fewer rows of a run, closer together at its start. */
final class Thinned {
    private Thinned() {}

    /**
     * At most {@code most} + 2 of the rows in ascending order of step: the first, the last, and the last one of each of
     * {@code most} equal stretches of ln(1 + step).
     */
    static <T> List<T> of(List<T> rows, ToLongFunction<T> step, int most) {
        List<T> ordered = rows.stream().sorted(Comparator.comparingLong(step)).toList();
        if (ordered.size() <= most) {
            return ordered;
        }
        double scale = most / Math.log1p(step.applyAsLong(ordered.get(ordered.size() - 1)));
        List<T> kept = new ArrayList<>();
        kept.add(ordered.get(0));
        for (int i = 1; i < ordered.size(); i++) {
            boolean last = i == ordered.size() - 1;
            if (last || group(ordered.get(i), step, scale) != group(ordered.get(i + 1), step, scale)) {
                kept.add(ordered.get(i));
            }
        }
        return kept;
    }

    private static <T> long group(T row, ToLongFunction<T> step, double scale) {
        return (long) (Math.log1p(step.applyAsLong(row)) * scale);
    }
}
