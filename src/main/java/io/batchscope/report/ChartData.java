package io.batchscope.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.LawCurves;
import io.batchscope.analysis.LossCurve;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.VariantCurves;
import io.batchscope.analysis.Variants;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rows that the charts draw, by the name their specifications use. */
final class ChartData {
    private static final int POINTS_PER_RUN = 120;
    private static final MathContext DIGITS = new MathContext(6);

    private final ObjectNode root = JsonNodeFactory.instance.objectNode();

    private ChartData() {}

    static ObjectNode of(StudyTables all, StudySummary summary, LawCurves laws) {
        StudyTables tables = Variants.of(all.runs()).ofReference(all);
        ChartData data = new ChartData();
        data.addLosses(tables.steps());
        data.addEvaluations(tables.evals(), isLossOnly(summary));
        data.addResults(summary);
        data.addEstimates("throughput", summary, BatchSummary::examplesPerSecond);
        data.addEstimates("epochSeconds", summary, BatchSummary::secondsPerEpoch);
        data.addShares(summary);
        GradientCharts.addData(data.root, tables);
        CostCharts.addData(data.root, summary);
        LawCharts.addData(data.root, laws);
        ModeCharts.addData(data.root, all, summary);
        RecipeCharts.addData(data.root, all, summary);
        RateCharts.addData(data.root, summary);
        return data.root;
    }

    /** Whether quality is a loss: regression. */
    static boolean isLossOnly(StudySummary summary) {
        return summary.regression();
    }

    private void addLosses(List<StepRecord> steps) {
        ArrayNode rows = root.putArray("losses");
        Map<String, List<StepRecord>> byRun =
                steps.stream().collect(Collectors.groupingBy(StepRecord::runId, TreeMap::new, Collectors.toList()));
        byRun.forEach((run, runSteps) -> {
            StepRecord first = runSteps.get(0);
            for (LossCurve.Point point : LossCurve.of(runSteps, POINTS_PER_RUN)) {
                ObjectNode row = row(rows, first.batchSize()).put("run", run).put("seed", first.seed());
                row.put("step", point.step());
                put(row, "epoch", point.epoch());
                put(row, "loss", point.loss());
            }
        });
    }

    private void addEvaluations(List<EvalRecord> evaluations, boolean loss) {
        ArrayNode rows = root.putArray("evaluations");
        Map<String, List<EvalRecord>> byRun = evaluations.stream()
                .filter(evaluation -> evaluation.split().equals("validation"))
                .collect(Collectors.groupingBy(EvalRecord::runId, TreeMap::new, Collectors.toList()));
        byRun.values().forEach(ofRun -> {
            if (ofRun.stream().allMatch(evaluation -> evaluation.step() == 0)) {
                return; // Diverged before it learned: a point at zero, which a logarithmic axis cannot show.
            }
            for (EvalRecord evaluation : Thinned.of(ofRun, EvalRecord::step, POINTS_PER_RUN)) {
                Double value = loss ? (Double) evaluation.loss() : evaluation.accuracy();
                if (value == null || !Double.isFinite(value)) {
                    continue;
                }
                ObjectNode row = row(rows, evaluation.batchSize())
                        .put("run", evaluation.runId())
                        .put("seed", evaluation.seed())
                        .put("step", evaluation.step());
                put(row, "epoch", evaluation.epoch());
                put(row, "value", value);
            }
        });
    }

    private void addResults(StudySummary summary) {
        ArrayNode rows = root.putArray("results");
        boolean loss = isLossOnly(summary);
        for (BatchSummary batch : summary.batches()) {
            addEstimate(rows, batch, loss ? batch.trainLoss() : batch.trainAccuracy(), "training");
            addEstimate(rows, batch, loss ? batch.testLoss() : batch.testAccuracy(), "test");
        }
    }

    private void addEstimates(String name, StudySummary summary, Function<BatchSummary, @Nullable Estimate> column) {
        ArrayNode rows = root.putArray(name);
        summary.batches().forEach(batch -> addEstimate(rows, batch, column.apply(batch), null));
    }

    private void addEstimate(ArrayNode rows, BatchSummary batch, @Nullable Estimate estimate, @Nullable String split) {
        if (estimate == null) {
            return;
        }
        ObjectNode row = row(rows, batch.batchSize());
        if (split != null) {
            row.put("split", split);
        }
        put(row, "mean", estimate.mean());
        put(row, "low", estimate.low());
        put(row, "high", estimate.high());
    }

    private void addShares(StudySummary summary) {
        ArrayNode rows = root.putArray("shares");
        for (BatchSummary batch : summary.batches()) {
            addShare(rows, batch, "compute", 0, batch.computeShare());
            addShare(rows, batch, "sync", 1, batch.syncShare());
            addShare(rows, batch, "data", 2, batch.dataShare());
            addShare(rows, batch, "other", 3, batch.otherShare());
        }
    }

    private void addShare(ArrayNode rows, BatchSummary batch, String part, int order, @Nullable Estimate share) {
        if (share != null) {
            put(row(rows, batch.batchSize()).put("part", part).put("order", order), "share", share.mean());
        }
    }

    /** Rows of curves by variant, thinned to about so many points each. */
    static void addCurves(ArrayNode rows, List<VariantCurves.Curve> curves, int points) {
        for (VariantCurves.Curve curve : curves) {
            for (VariantCurves.Point point : Thinned.of(curve.points(), VariantCurves.Point::step, points)) {
                ObjectNode row = row(rows, curve.batchSize())
                        .put("variant", curve.variant().name())
                        .put("step", point.step())
                        .put("examples", point.examples());
                put(row, "value", point.value());
            }
        }
    }

    static ObjectNode row(ArrayNode rows, long batchSize) {
        return rows.addObject().put("batch", batchSize);
    }

    static void put(ObjectNode row, String name, @Nullable Double value) {
        if (value != null && Double.isFinite(value)) {
            row.put(name, new BigDecimal(value).round(DIGITS));
        }
    }
}
