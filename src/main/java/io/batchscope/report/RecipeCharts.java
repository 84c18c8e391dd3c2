package io.batchscope.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.Quality;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.Variant;
import io.batchscope.analysis.VariantCurves;
import io.batchscope.analysis.VariantSummary;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The charts of a study's recipes, and the rows they draw; none for a study with one. */
final class RecipeCharts {
    private static final int POINTS_PER_CURVE = 60;
    /** Beside each other at a batch size, variants stand this factor apart at the most, all of them {@code SPREAD}. */
    private static final double APART = 1.05;

    private static final double SPREAD = 1.3;

    private RecipeCharts() {}

    static void addData(ObjectNode root, StudyTables tables, StudySummary summary) {
        if (!summary.hasRecipes()) {
            return;
        }
        ArrayNode results = root.putArray("recipeQuality");
        ArrayNode lost = root.putArray("recipeLost");
        Quality quality = summary.quality().orElse(null);
        for (VariantSummary group : summary.byVariant()) {
            Estimate estimate = quality == null ? null : quality.estimate(group.batch());
            if (estimate != null) {
                ObjectNode row = place(results, summary, group);
                ChartData.put(row, "mean", estimate.mean());
                ChartData.put(row, "low", estimate.low());
                ChartData.put(row, "high", estimate.high());
            }
            if (group.batch().settled() < group.batch().runs()) {
                place(lost, summary, group);
            }
        }
        ChartData.addCurves(
                root.putArray("recipeLosses"), VariantCurves.losses(tables, POINTS_PER_CURVE), POINTS_PER_CURVE);
        addColumn(root, "recipeRates", tables, row -> (Double) row.learningRate());
        addColumn(root, "recipeGains", tables, StepRecord::gain);
        addColumn(root, "recipeNoise", tables, StepRecord::noiseScale);
        if (summary.byVariant().stream().anyMatch(VariantSummary::batchChanged)) {
            addColumn(root, "recipeBatches", tables, row -> updateExamples(row, summary.trainExamples()));
        }
    }

    /** Without the last updates of epochs, which have what is left over. */
    private static @Nullable Double updateExamples(StepRecord row, long trainExamples) {
        Long examples = row.updateExamples();
        boolean rest = examples != null && examples < trainExamples && row.examples() % trainExamples == 0;
        return examples == null || rest ? null : (Double) examples.doubleValue();
    }

    /** A row that stands near its batch size on a logarithmic axis, beside those of the other variants. */
    private static ObjectNode place(ArrayNode rows, StudySummary summary, VariantSummary group) {
        List<Variant> variants = summary.variants().ordered();
        double apart = Math.min(APART, Math.pow(SPREAD, 1.0 / variants.size()));
        double place = variants.indexOf(group.variant()) - (variants.size() - 1) / 2.0;
        ObjectNode row = ChartData.row(rows, group.batch().batchSize())
                .put("variant", group.variant().name())
                .put("outcome", group.outcomeText());
        ChartData.put(row, "at", group.batch().batchSize() * Math.pow(apart, place));
        return row;
    }

    private static void addColumn(
            ObjectNode root, String name, StudyTables tables, Function<StepRecord, @Nullable Double> column) {
        ChartData.addCurves(root.putArray(name), VariantCurves.column(tables, column), POINTS_PER_CURVE);
    }

    static List<Chart> all(StudySummary summary) {
        if (!summary.hasRecipes()) {
            return List.of();
        }
        List<Long> batches = summary.batchSizes();
        return List.of(
                new Chart(
                        "recipe-quality",
                        Table.capitalized(summary.quality().map(Quality::words).orElse("result")) + " by batch size",
                        "Mean over seeds; bars are 95 % intervals. A cross at the foot: of these runs at least one diverged or"
                                + " failed.",
                        true,
                        false),
                new Chart(
                                "recipe-loss",
                                "Training loss by examples",
                                "Mean over seeds, each point over a stretch of updates.",
                                false,
                                true)
                        .choosing(batches),
                new Chart(
                                "recipe-loss-by-update",
                                "Training loss by update",
                                "Mean over seeds, each point over a stretch of updates.",
                                false,
                                true)
                        .choosing(batches),
                new Chart("recipe-rate", "Learning rate", "What each update used.", false, true).choosing(batches),
                new Chart(
                                "recipe-batch",
                                "Batch size over the run",
                                "Examples of an update, without the last ones of epochs, which may have fewer.",
                                false,
                                true)
                        .choosing(batches),
                new Chart(
                                "recipe-gain",
                                "Gain of AdaScale",
                                "Updates with the base batch that an update is worth.",
                                false,
                                true)
                        .choosing(batches),
                new Chart(
                                "recipe-noise",
                                "Noise scale",
                                "Of the gradient, in examples, where it was measured.",
                                false,
                                true)
                        .choosing(batches));
    }
}
