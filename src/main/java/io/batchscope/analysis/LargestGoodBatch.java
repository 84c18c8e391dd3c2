package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The largest batch size whose quality cannot be told from the best one's. */
final class LargestGoodBatch {
    private static final String FINDING = "largest_batch_within_noise";

    private LargestGoodBatch() {}

    /**
     * Goes up from the best batch size as long as the 95 % interval of the difference of means holds 0 (Welch 1947), and
     * no run diverged or failed. Needs two settled runs at every batch size it passes.
     *
     * @param scored best first, not empty
     */
    static FindingRecord of(StudySummary summary, Quality quality, List<Scored> scored) {
        Scored best = scored.get(0);
        Scored largest = best;
        double resolution = 0;
        for (BatchSummary batch : summary.batches()) {
            if (batch.batchSize() <= best.batch().batchSize()) {
                continue;
            }
            Estimate estimate = quality.estimate(batch);
            if (estimate == null || batch.settled() < batch.runs()) {
                break;
            }
            Double noise = best.estimate().halfWidthOfDifference(estimate);
            if (noise == null) {
                return undecided(summary, best, batch);
            }
            if (quality.shortfall(best.estimate(), estimate) > noise) {
                break;
            }
            largest = new Scored(batch, estimate);
            resolution = noise;
        }
        if (best.estimate().count() < 2) {
            return undecided(summary, best, best.batch());
        }
        return decided(summary, quality, best, largest, resolution);
    }

    private static FindingRecord decided(
            StudySummary summary, Quality quality, Scored best, Scored largest, double resolution) {
        long size = largest.batch().batchSize();
        String detail = size == best.batch().batchSize()
                ? "Batch " + NumberText.count(size) + " is the best, and no larger one studied matches its "
                        + quality.words() + "."
                : "Up to batch " + NumberText.count(size) + " the " + quality.words()
                        + " cannot be told from the best, that of " + best.name() + "; with "
                        + NumberText.counted(
                                Math.min(
                                        best.estimate().count(),
                                        largest.estimate().count()),
                                "run")
                        + " a batch size, differences below " + points(quality, resolution) + " would not show.";
        return record(summary, size, (double) size, detail);
    }

    private static FindingRecord undecided(StudySummary summary, Scored best, BatchSummary other) {
        String sizes = other.batchSize() == best.batch().batchSize()
                ? "batch " + NumberText.count(other.batchSize()) + " and the larger ones"
                : "batches " + NumberText.count(best.batch().batchSize()) + " to "
                        + NumberText.count(other.batchSize());
        return record(
                summary,
                null,
                null,
                "One run a batch size cannot tell a difference from noise: train " + sizes
                        + " with at least 3 seeds to learn how large a batch keeps the quality.");
    }

    private static String points(Quality quality, double difference) {
        return quality.isAccuracy()
                ? NumberText.fixed(difference * 100, 2) + " points"
                : NumberText.significant(difference);
    }

    private static FindingRecord record(
            StudySummary summary, @Nullable Long batch, @Nullable Double value, String detail) {
        return new FindingRecord(summary.study(), FINDING, batch, value, null, null, "examples", detail);
    }
}
