package io.batchscope.report;

import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.GradientSummary;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.StudySummary;
import io.batchscope.report.Table.Column;
import io.batchscope.train.NoiseScaleEstimate;
import java.util.List;

/** What the section on gradients shows, as texts. */
final class GradientTables {
    static final String NOTE =
            "Noise scale: tr Σ/|G|², so many examples make noise and signal of a batch's squared gradient alike (McCandlish 2018); of the"
                    + " last half of each run's measurements. Cosine: of a batch's gradient to that of all training examples. Gain:"
                    + " AdaScale's (Johnson 2020), the updates with the base batch that one is worth, mean over a run; rates were multiplied by it"
                    + " where the scaling is adascale. Distance: of the last"
                    + " parameters from the first, and the line a + b·ln(update) through it, which fits where training diffuses"
                    + " slowly (Hoffer 2017). Noise of a batch's loss: of the training loss around its trend, late in a run; alone because each"
                    + " batch has other examples it shrinks as 1/√batch, so it says nothing of stability.";

    private GradientTables() {}

    /** By batch size; without rows where nothing was measured. */
    static Table of(StudySummary summary) {
        return new Table(
                List.of(
                        Column.number("Batch size"),
                        Column.number("Noise scale"),
                        Column.number("Cosine"),
                        Column.number("Gain"),
                        Column.number("Distance"),
                        Column.number("b"),
                        Column.number("R²"),
                        Column.number("Noise of a batch's loss"),
                        Column.text("Remark")),
                summary.batches().stream()
                        .filter(GradientTables::hasAny)
                        .map(GradientTables::row)
                        .toList());
    }

    private static boolean hasAny(BatchSummary batch) {
        GradientSummary gradients = batch.gradients();
        return gradients.noise().value() != null
                || gradients.gain() != null
                || gradients.weightDistance() != null
                || !gradients.remark().isEmpty();
    }

    private static List<String> row(BatchSummary batch) {
        GradientSummary gradients = batch.gradients();
        return List.of(
                NumberText.count(batch.batchSize()),
                noiseScale(gradients.noise()),
                gradients.noise().cosine() == null
                        ? NumberText.NOT_MEASURED
                        : NumberText.fixed(gradients.noise().cosine(), 3),
                ReportTables.significant(gradients.gain()),
                ReportTables.significant(gradients.weightDistance()),
                ReportTables.significant(gradients.logSlope()),
                ReportTables.withHalfWidth(gradients.logRSquared(), 1, 3),
                ReportTables.significant(batch.lossOscillation()),
                gradients.remark());
    }

    /** Its interval need not be the same on both sides, and may have no end. */
    private static String noiseScale(NoiseScaleEstimate noise) {
        Double value = noise.value();
        if (value == null) {
            return NumberText.NOT_MEASURED;
        }
        if (noise.low() == null && noise.high() == null) {
            return NumberText.significant(value);
        }
        return NumberText.significant(value) + " (" + (noise.low() == null ? "0" : NumberText.significant(noise.low()))
                + " to " + (noise.high() == null ? "any" : NumberText.significant(noise.high())) + ")";
    }
}
