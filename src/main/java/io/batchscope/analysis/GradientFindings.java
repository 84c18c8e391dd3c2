package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;

/** What a study's gradients say of its batch sizes: their noise scale. */
final class GradientFindings {
    private GradientFindings() {}

    /** One for each batch size of the reference with a noise scale. */
    static List<FindingRecord> of(StudySummary summary) {
        List<FindingRecord> findings = new ArrayList<>();
        for (BatchSummary batch : summary.batches()) {
            Estimate scale = batch.gradients().noiseScale();
            if (scale != null) {
                findings.add(new FindingRecord(
                        summary.study(),
                        "gradient_noise_scale",
                        batch.batchSize(),
                        scale.mean(),
                        scale.low(),
                        scale.high(),
                        "examples",
                        detail(batch, scale)));
            }
        }
        return findings;
    }

    private static String detail(BatchSummary batch, Estimate scale) {
        double share = 1 / (1 + scale.mean() / batch.batchSize());
        String remark = batch.gradients().remark();
        return "Late in runs with batch " + NumberText.count(batch.batchSize()) + " the noise scale of the gradient is "
                + words(scale) + ": of such a batch's squared gradient about " + NumberText.percent(share)
                + " is signal"
                + (remark.isEmpty() ? "" : "; " + remark)
                + ".";
    }

    private static String words(Estimate scale) {
        String mean = NumberText.significant(scale.mean()) + " examples";
        if (scale.low() == null && scale.high() == null) {
            return mean;
        }
        String high = scale.high() == null ? "any size" : NumberText.significant(scale.high());
        String low = scale.low() == null ? "0" : NumberText.significant(Math.max(0, scale.low()));
        return mean + " (95 % interval " + low + " to " + high + ", " + NumberText.counted(scale.count(), "run") + ")";
    }
}
