package io.batchscope.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.StudySummary;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Charts of what the target takes at each batch size and of how far the machine is used, and the rows they draw. */
final class CostCharts {
    private CostCharts() {}

    static void addData(ObjectNode root, StudySummary summary) {
        add(root.putArray("targetUpdates"), summary, BatchSummary::stepsToTarget, true);
        add(
                root.putArray("targetOperations"),
                summary,
                batch -> batch.arithmetic().operationsToTarget(),
                false);
        add(root.putArray("utilization"), summary, batch -> batch.arithmetic().utilization(), false);
    }

    /** @param perfect whether rows have what the first one's mean would be if twice the batch took half of it */
    private static void add(
            ArrayNode rows, StudySummary summary, Function<BatchSummary, @Nullable Estimate> column, boolean perfect) {
        double first = Double.NaN;
        for (BatchSummary batch : summary.batches()) {
            Estimate estimate = column.apply(batch);
            if (estimate == null) {
                continue;
            }
            ObjectNode row = ChartData.row(rows, batch.batchSize());
            ChartData.put(row, "mean", estimate.mean());
            ChartData.put(row, "low", estimate.low());
            ChartData.put(row, "high", estimate.high());
            if (perfect) {
                first = Double.isNaN(first) ? estimate.mean() * batch.batchSize() : first;
                ChartData.put(row, "perfect", first / batch.batchSize());
            }
        }
    }

    /** What the target takes. */
    static List<Chart> toTarget() {
        return List.of(new Chart(
                "operations-to-target",
                "Operations to the target",
                "Floating-point operations, mean over the runs that arrived; both axes logarithmic. Examples and epochs"
                        + " have the same shape.",
                false,
                false));
    }

    /** What the target takes by the laws. */
    static List<Chart> laws() {
        return List.of(
                new Chart(
                        "updates-to-target",
                        "Updates to the target",
                        "Points: runs, short lines: their means; open triangles: runs that ended before the target. Curve: the law"
                                + " with its 95 % band. Dashed: twice the batch, half the updates.",
                        false,
                        false),
                new Chart(
                        "seconds-to-target",
                        "Seconds to the target",
                        "Points: runs that arrived. Curve: the laws with their 95 % band. B* has the fewest seconds by the laws;"
                                + " shaded batch sizes take at most 10 % longer.",
                        false,
                        false));
    }

    /** What an update takes. */
    static List<Chart> updateTime() {
        return List.of(new Chart(
                "update-time",
                "Time of an update by batch size",
                "Points: each run's median update. Curve: the law with its 95 % band. Dotted: where half of an update's time goes"
                        + " into its examples.",
                false,
                false));
    }

    /** How far the machine is used. */
    static List<Chart> hardware() {
        return List.of(new Chart(
                "utilization",
                "Use of the machine",
                "Share of the rate of a large matrix product, both axes logarithmic.",
                false,
                false));
    }
}
