package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import io.batchscope.train.NoiseScaleEstimate;
import java.util.ArrayList;
import java.util.List;

/** What a study's gradients say of its batch sizes: their noise scale. */
final class GradientFindings {
    private GradientFindings() {}

    /** One for each batch size of the reference with a noise scale. */
    static List<FindingRecord> of(StudySummary summary) {
        List<FindingRecord> findings = new ArrayList<>();
        for (BatchSummary batch : summary.batches()) {
            NoiseScaleEstimate noise = batch.gradients().noise();
            Double value = noise.value();
            Double cosine = noise.cosine();
            if (value != null && cosine != null) {
                findings.add(new FindingRecord(
                        summary.study(),
                        "gradient_noise_scale",
                        batch.batchSize(),
                        value,
                        noise.low(),
                        noise.high(),
                        "examples",
                        detail(batch, noise, value, cosine)));
            }
        }
        return findings;
    }

    private static String detail(BatchSummary batch, NoiseScaleEstimate noise, double value, double cosine) {
        String remark = batch.gradients().remark();
        return "Late in runs with batch " + NumberText.count(batch.batchSize()) + " the noise scale of the gradient is "
                + NumberText.significant(value) + " examples"
                + interval(noise, batch.gradients().runs())
                + ": of such a batch's squared gradient about " + NumberText.percent(cosine * cosine) + " is signal"
                + (remark.isEmpty() ? "" : "; " + remark)
                + ".";
    }

    private static String interval(NoiseScaleEstimate noise, int runs) {
        if (noise.low() == null && noise.high() == null) {
            return " (" + NumberText.counted(runs, "run") + ")";
        }
        String low = noise.low() == null ? "0" : NumberText.significant(noise.low());
        String high = noise.high() == null ? "any size" : NumberText.significant(noise.high());
        return " (95 % interval " + low + " to " + high + ", " + NumberText.counted(runs, "run") + ")";
    }
}
