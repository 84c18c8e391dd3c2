package io.batchscope.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.Quality;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.VariantCurves;
import io.batchscope.analysis.VariantSummary;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The charts of a study's ways to synchronise, and the rows they draw; none for a study with one. */
final class ModeCharts {
    private static final int POINTS_PER_CURVE = 120;

    private ModeCharts() {}

    static void addData(ObjectNode root, StudyTables tables, StudySummary summary) {
        if (!summary.hasModes()) {
            return;
        }
        summary.quality().ifPresent(quality -> {
            addQuality(root.putArray("modeBytes"), summary, quality, BatchSummary::bytesSent);
            addQuality(root.putArray("modeSeconds"), summary, quality, BatchSummary::trainSeconds);
        });
        ChartData.addCurves(
                root.putArray("modeLosses"), VariantCurves.losses(tables, POINTS_PER_CURVE), POINTS_PER_CURVE);
        addColumn(root, "modeDivergence", tables, StepRecord::replicaDivergence);
        addColumn(root, "modeSparsity", tables, StepRecord::sparsity);
        addColumn(root, "modeThreshold", tables, StepRecord::threshold);
    }

    private static void addQuality(
            ArrayNode rows, StudySummary summary, Quality quality, Function<BatchSummary, @Nullable Estimate> column) {
        for (VariantSummary group : summary.byVariant()) {
            Estimate cost = column.apply(group.batch());
            Estimate estimate = quality.estimate(group.batch());
            // The axis is logarithmic.
            if (cost == null || estimate == null || cost.mean() <= 0) {
                continue;
            }
            ObjectNode row = ChartData.row(rows, group.batch().batchSize())
                    .put("variant", group.variant().name());
            ChartData.put(row, "cost", cost.mean());
            ChartData.put(row, "mean", estimate.mean());
            ChartData.put(row, "low", estimate.low());
            ChartData.put(row, "high", estimate.high());
        }
    }

    private static void addColumn(
            ObjectNode root, String name, StudyTables tables, Function<StepRecord, @Nullable Double> column) {
        ChartData.addCurves(root.putArray(name), VariantCurves.column(tables, column), POINTS_PER_CURVE);
    }

    static List<Chart> all(StudySummary summary) {
        if (!summary.hasModes()) {
            return List.of();
        }
        String quality = summary.quality().map(Quality::words).orElse("result");
        String means = "Means over seeds; bars are 95 % intervals. Modes that did not measure it are left out.";
        List<Chart> charts = new ArrayList<>();
        charts.add(new Chart(
                "mode-bytes",
                Table.capitalized(quality) + " against bytes sent by the first worker",
                means,
                false,
                true));
        charts.add(
                new Chart("mode-seconds", Table.capitalized(quality) + " against training time", means, false, true));
        summary.batchSizes()
                .forEach(batch -> charts.add(new Chart(
                                "mode-loss",
                                "Training loss at batch " + NumberText.count(batch),
                                "By examples seen; mean over seeds, each point over a stretch of updates.",
                                true,
                                true)
                        .at(batch)));
        charts.add(new Chart(
                "mode-divergence",
                "Divergence of replicas",
                "How far workers' parameters were from their mean just before they became it.",
                true,
                true));
        charts.add(new Chart(
                "mode-sparsity", "Sparsity", "Share of the gradient's elements that was not sent.", false, true));
        charts.add(new Chart("mode-threshold", "Threshold", "Beyond which elements are sent.", false, true));
        return charts;
    }
}
