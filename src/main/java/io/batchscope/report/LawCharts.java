package io.batchscope.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.LawCurves;
import io.batchscope.law.Arrival;
import java.util.List;
import java.util.function.Consumer;

/** The rows of what the laws say and of the runs they were fitted to, as the charts draw them. */
final class LawCharts {
    private static final double MILLISECONDS = 1e3;

    private final ObjectNode root;
    private final LawCurves curves;

    private LawCharts(ObjectNode root, LawCurves curves) {
        this.root = root;
        this.curves = curves;
    }

    static void addData(ObjectNode root, LawCurves curves) {
        LawCharts charts = new LawCharts(root, curves);
        charts.addArrivals();
        charts.addUpdateTimes();
        charts.addSeconds();
    }

    private void addArrivals() {
        ArrayNode arrived = root.putArray("targetRuns");
        ArrayNode late = root.putArray("lateRuns");
        for (Arrival run : curves.arrivals()) {
            ChartData.put(ChartData.row(run.reached() ? arrived : late, run.batchSize()), "steps", run.steps());
        }
        addCurve(root.putArray("stepsLaw"), curves.steps(), 1, row -> {});
    }

    private void addUpdateTimes() {
        ArrayNode runs = root.putArray("updateRuns");
        for (LawCurves.Run run : curves.runs()) {
            Double seconds = run.updateSeconds();
            if (seconds != null && seconds > 0) {
                ChartData.put(
                        ChartData.row(runs, run.batchSize()).put("workers", run.workers()),
                        "ms",
                        seconds * MILLISECONDS);
            }
        }
        ArrayNode law = root.putArray("updateLaw");
        ArrayNode half = root.putArray("halfUtilisation");
        for (LawCurves.OnWorkers on : curves.byWorkers()) {
            addCurve(law, on.update(), MILLISECONDS, row -> row.put("workers", on.workers()));
            addMark(half, on, on.update(), on.halfUtilisation(), "half utilisation");
        }
    }

    private void addSeconds() {
        ArrayNode runs = root.putArray("secondsRuns");
        for (LawCurves.Run run : curves.runs()) {
            Double seconds = run.secondsToTarget();
            if (seconds != null && seconds > 0) {
                ChartData.put(ChartData.row(runs, run.batchSize()).put("workers", run.workers()), "seconds", seconds);
            }
        }
        ArrayNode law = root.putArray("secondsLaw");
        ArrayNode best = root.putArray("bestSizes");
        ArrayNode flat = root.putArray("flatSizes");
        for (LawCurves.OnWorkers on : curves.byWorkers()) {
            addCurve(law, on.seconds(), 1, row -> row.put("workers", on.workers()));
            addMark(best, on, on.seconds(), on.bestBatchSize(), "B*");
            addFlat(flat, on);
        }
    }

    private static void addCurve(
            ArrayNode rows, List<LawCurves.Point> curve, double unit, Consumer<ObjectNode> others) {
        for (LawCurves.Point point : curve) {
            ObjectNode row = rows.addObject();
            others.accept(row);
            ChartData.put(row, "batch", point.batchSize());
            ChartData.put(row, "value", unit * point.value());
            ChartData.put(row, "low", unit * point.low());
            ChartData.put(row, "high", unit * point.high());
        }
    }

    /** A batch size, where it lies within the curve; its label on the side with more room. */
    private static void addMark(
            ArrayNode rows, LawCurves.OnWorkers on, List<LawCurves.Point> curve, double batchSize, String label) {
        if (curve.isEmpty() || !(batchSize >= first(curve)) || !(batchSize <= last(curve))) {
            return;
        }
        ObjectNode row = rows.addObject();
        ChartData.put(row, "batch", batchSize);
        row.put("workers", on.workers())
                .put("label", label)
                .put("right", batchSize > Math.sqrt(first(curve) * last(curve)));
    }

    /** As far as it lies within the curve. */
    private static void addFlat(ArrayNode rows, LawCurves.OnWorkers on) {
        if (on.seconds().isEmpty()) {
            return;
        }
        double from = Math.max(first(on.seconds()), on.flat().low());
        double to = Math.min(last(on.seconds()), on.flat().high());
        if (from < to) {
            ObjectNode row = rows.addObject().put("workers", on.workers());
            ChartData.put(row, "batch", from);
            ChartData.put(row, "to", to);
        }
    }

    private static double first(List<LawCurves.Point> curve) {
        return curve.get(0).batchSize();
    }

    private static double last(List<LawCurves.Point> curve) {
        return curve.get(curve.size() - 1).batchSize();
    }
}
