package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The largest batch size whose quality cannot be told from the best one's. */
final class LargestGoodBatch {
    private final String study;
    private final String finding;
    private final List<BatchSummary> batches;
    private final Quality quality;

    private LargestGoodBatch(String study, String finding, List<BatchSummary> batches, Quality quality) {
        this.study = study;
        this.finding = finding;
        this.batches = batches;
        this.quality = quality;
    }

    /**
     * Of the reference.
     *
     * @param scored best first, not empty
     */
    static FindingRecord ofReference(StudySummary summary, Quality quality, List<Scored> scored) {
        return new LargestGoodBatch(summary.study(), "largest_batch_within_noise", summary.batches(), quality)
                .of(scored);
    }

    /** Of any variant. */
    static FindingRecord ofVariant(StudySummary summary, Variant variant, Quality quality) {
        List<BatchSummary> batches = summary.byVariant().stream()
                .filter(group -> group.variant().equals(variant))
                .map(VariantSummary::batch)
                .toList();
        LargestGoodBatch largest =
                new LargestGoodBatch(summary.study(), "largest_batch_without_shown_loss", batches, quality);
        // Means over those seeds that did not diverge would flatter a batch size.
        List<Scored> scored = quality.scored(batches.stream()
                .filter(batch -> batch.settled() == batch.runs())
                .toList());
        FindingRecord found = scored.isEmpty()
                ? largest.record(null, null, "At no batch size did every run end regularly.")
                : largest.of(scored);
        return largest.record(found.batchSize(), found.value(), variant.saying(found.detail()));
    }

    /**
     * Goes up from the best batch size as long as the 95 % interval of the difference of means holds 0 (Welch 1947), and
     * no run diverged or failed. Needs two settled runs at every batch size it passes.
     *
     * @param scored best first, not empty
     */
    private FindingRecord of(List<Scored> scored) {
        Scored best = scored.get(0);
        Scored largest = best;
        double resolution = 0;
        String end = "";
        for (BatchSummary batch : batches) {
            if (batch.batchSize() <= best.batch().batchSize()) {
                continue;
            }
            Estimate estimate = quality.estimate(batch);
            if (estimate == null || batch.settled() < batch.runs()) {
                end = "at batch " + NumberText.count(batch.batchSize()) + " only " + batch.settled() + " of "
                        + NumberText.counted(batch.runs(), "run") + " ended regularly";
                break;
            }
            Double noise = best.estimate().halfWidthOfDifference(estimate);
            if (noise == null) {
                return undecided(best, batch);
            }
            double shortfall = quality.shortfall(best.estimate(), estimate);
            if (shortfall > noise) {
                end = "batch " + NumberText.count(batch.batchSize()) + " is worse by " + quality.points(shortfall);
                break;
            }
            largest = new Scored(batch, estimate);
            resolution = noise;
        }
        if (best.estimate().count() < 2) {
            return undecided(best, best.batch());
        }
        long size = largest.batch().batchSize();
        String detail = size == best.batch().batchSize()
                ? "Batch " + NumberText.count(size) + " is the largest that keeps the best " + quality.words() + ": "
                        + (end.isEmpty() ? "no larger one was studied" : end)
                : equal(best, largest, resolution) + (end.isEmpty() ? "" : "; " + end);
        return record(size, (double) size, detail + ".");
    }

    private String equal(Scored best, Scored largest, double resolution) {
        int runs = Math.min(best.estimate().count(), largest.estimate().count());
        return "Up to batch " + NumberText.count(largest.batch().batchSize()) + " the " + quality.words()
                + " cannot be told from the best, that of " + best.name() + "; with " + NumberText.counted(runs, "run")
                + " a batch size, differences below " + quality.points(resolution) + " would not show";
    }

    private FindingRecord undecided(Scored best, BatchSummary other) {
        String sizes = other.batchSize() == best.batch().batchSize()
                ? "batch " + NumberText.count(other.batchSize()) + " and those near it"
                : "batches " + NumberText.count(best.batch().batchSize()) + " to "
                        + NumberText.count(other.batchSize());
        return record(
                null,
                null,
                "One run a batch size cannot tell a difference from noise: train " + sizes
                        + " with at least 3 seeds to learn how large a batch keeps the quality.");
    }

    private FindingRecord record(@Nullable Long batch, @Nullable Double value, String detail) {
        return new FindingRecord(study, finding, batch, value, null, null, "examples", detail);
    }
}
