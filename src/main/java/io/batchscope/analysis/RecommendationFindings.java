package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recommendations as findings: batch size with its reasons, and rate, warmup and workers that go with it. */
final class RecommendationFindings {
    private RecommendationFindings() {}

    static List<FindingRecord> of(String study, List<Recommendation> recommendations) {
        List<FindingRecord> findings = new ArrayList<>();
        for (Recommendation recommendation : recommendations) {
            String suffix = recommendation.purpose().suffix();
            Recommendation.Choice choice = recommendation.choice();
            Long batch = choice == null ? null : (Long) choice.batchSize();
            findings.add(record(
                    study,
                    "recommended_batch_size" + suffix,
                    batch,
                    batch == null ? null : (Double) batch.doubleValue(),
                    "examples",
                    recommendation.detail()));
            if (choice != null) {
                String at = " that go with batch " + NumberText.count(choice.batchSize()) + ".";
                findings.add(record(
                        study,
                        "recommended_learning_rate" + suffix,
                        batch,
                        choice.peakLearningRate(),
                        "learning rate",
                        "Peak rate" + at.replace(" go ", " goes ")));
                findings.add(record(
                        study,
                        "recommended_warmup_steps" + suffix,
                        batch,
                        (double) choice.warmupSteps(),
                        "updates",
                        "Updates of warmup" + at));
                findings.add(record(
                        study,
                        "recommended_workers" + suffix,
                        batch,
                        (double) choice.workers(),
                        "workers",
                        "Workers" + at));
            }
        }
        return findings;
    }

    private static FindingRecord record(
            String study, String finding, @Nullable Long batch, @Nullable Double value, String unit, String detail) {
        return new FindingRecord(study, finding, batch, value, null, null, unit, detail);
    }
}
