package io.batchscope.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.VariantCurves;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.List;

/** Charts of what runs measured about their gradients, and the rows they draw. */
final class GradientCharts {
    private static final int POINTS_PER_CURVE = 60;

    private GradientCharts() {}

    /** @param tables of the reference alone */
    static void addData(ObjectNode root, StudyTables tables) {
        ChartData.addCurves(
                root.putArray("noiseScales"), VariantCurves.column(tables, StepRecord::noiseScale), POINTS_PER_CURVE);
        ChartData.addCurves(
                root.putArray("weightDistances"),
                VariantCurves.column(tables, row -> row.measures().weightDistance()),
                POINTS_PER_CURVE);
    }

    static List<Chart> all() {
        return List.of(
                new Chart(
                        "noise-scale",
                        "Noise scale",
                        "Of the gradient, in examples, averaged over the measurements so far; mean over seeds, both axes"
                                + " logarithmic.",
                        false,
                        false),
                new Chart(
                        "weight-distance",
                        "Distance from the start",
                        "Of the parameters, mean over seeds; a straight line here is slow diffusion.",
                        false,
                        false));
    }
}
