package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the steps of a study's variants show, as means over the seeds whose runs neither diverged nor failed. */
public final class VariantCurves {
    private VariantCurves() {}

    /**
     * A curve of one variant at one batch size.
     *
     * @param points ascending in step
     */
    public record Curve(Variant variant, long batchSize, List<Point> points) {}

    /**
     * A point of it.
     *
     * @param step updates completed with it
     * @param examples examples seen with it
     */
    public record Point(long step, long examples, double value) {}

    /**
     * The training loss, as in {@link LossCurve}; ascending in batch size, there in the order of the variants.
     *
     * @param points the most points of a curve, at least 3
     */
    public static List<Curve> losses(StudyTables tables, int points) {
        return of(tables, rows -> LossCurve.of(rows, points).stream()
                .map(point -> new Point(point.step(), point.examples(), point.loss()))
                .toList());
    }

    /** A column of {@code steps} in those steps that have it, in the same order; without variants that never have it. */
    public static List<Curve> column(StudyTables tables, Function<StepRecord, @Nullable Double> column) {
        return of(tables, rows -> means(rows, column));
    }

    private static List<Curve> of(StudyTables tables, Function<List<StepRecord>, List<Point>> points) {
        Variants variants = Variants.of(tables.runs());
        Map<String, RunRecord> settled = tables.runs().stream()
                .filter(BatchSummary::isSettled)
                .collect(Collectors.toMap(RunRecord::runId, Function.identity(), (first, second) -> first));
        SortedMap<Long, SortedMap<Variant, List<StepRecord>>> groups = tables.steps().stream()
                .filter(row -> settled.containsKey(row.runId()))
                .collect(Collectors.groupingBy(
                        StepRecord::batchSize,
                        TreeMap::new,
                        Collectors.groupingBy(
                                row -> variants.of(row.runId()),
                                () -> new TreeMap<>(variants.order()),
                                Collectors.toList())));
        List<Curve> curves = new ArrayList<>();
        groups.forEach((batch, atBatch) -> atBatch.forEach((variant, rows) -> {
            List<Point> ofVariant = points.apply(rows);
            if (!ofVariant.isEmpty()) {
                curves.add(new Curve(variant, batch, ofVariant));
            }
        }));
        return curves;
    }

    private static List<Point> means(List<StepRecord> rows, Function<StepRecord, @Nullable Double> column) {
        SortedMap<Long, List<StepRecord>> bySteps =
                rows.stream().collect(Collectors.groupingBy(StepRecord::step, TreeMap::new, Collectors.toList()));
        List<Point> points = new ArrayList<>();
        bySteps.forEach((step, ofStep) -> {
            Estimate estimate = Estimate.over(ofStep, column);
            if (estimate != null) {
                points.add(new Point(step, ofStep.get(0).examples(), estimate.mean()));
            }
        });
        return points;
    }
}
