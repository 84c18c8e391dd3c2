package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import org.jspecify.annotations.Nullable;

/**
 * Findings on how far groups are from what they are compared with, in words.
 *
 * @param finding the finding's name up to {@code _accuracy_difference} or {@code _loss_difference}
 */
record Differences(StudySummary summary, Quality measure, String finding) {
    /**
     * One difference.
     *
     * @param other name of what {@code group} is compared with
     * @param remark what follows the batch size and the name
     * @param cost what follows the difference, where there is one
     */
    FindingRecord finding(
            VariantSummary group, String other, @Nullable PairedComparison comparison, String remark, String cost) {
        Estimate difference = comparison == null ? null : comparison.difference();
        String words = difference == null
                ? "no difference can be given, as " + missing(group, other, comparison)
                : measure.words() + " " + words(difference, other) + cost;
        return new FindingRecord(
                summary.study(),
                finding + (measure.isAccuracy() ? "_accuracy_difference" : "_loss_difference"),
                group.batch().batchSize(),
                difference == null ? null : (Double) difference.mean(),
                difference == null ? null : difference.low(),
                difference == null ? null : difference.high(),
                measure.isAccuracy() ? "share" : "loss",
                group.place() + remark + ": " + words + ".");
    }

    private static String missing(VariantSummary group, String other, @Nullable PairedComparison comparison) {
        if (group.batch().settled() == 0) {
            return "no run ended regularly (" + group.outcomeText() + ")";
        }
        return comparison == null
                ? other + " was not run at this batch size"
                : "no seed ended regularly with it and with " + other;
    }

    /** {@code 0.12 points below synchronous (95 % interval …, 3 seeds: shown to be worse)}. */
    private String words(Estimate difference, String other) {
        double mean = difference.mean();
        String place = mean == 0
                ? "the same as with " + other
                : measure.points(Math.abs(mean)) + (mean < 0 ? " below " : " above ") + other;
        if (difference.count() > 1 && isNothing(difference)) {
            return place + " for every one of " + NumberText.counted(difference.count(), "seed");
        }
        return place + " (" + shown(difference, measure) + ")";
    }

    /** Of what is the same run under two names. */
    static boolean isNothing(Estimate difference) {
        Double deviation = difference.standardDeviation();
        return difference.mean() == 0 && (deviation == null || deviation == 0);
    }

    /** What the interval of a difference says, and what it cannot: in words for a bracket. */
    static String shown(Estimate difference, Quality measure) {
        Double low = difference.low();
        Double high = difference.high();
        Double half = difference.halfWidth();
        if (difference.count() > 1 && half == null) {
            return "with each of " + NumberText.counted(difference.count(), "seed")
                    + ": too coarse a measure for an interval, so nothing is shown";
        }
        if (low == null || high == null || half == null) {
            return "one common seed: no interval, so nothing is shown";
        }
        String interval = "95 % interval " + bare(low, measure) + " to " + bare(high, measure) + ", ";
        String seeds = NumberText.counted(difference.count(), "seed");
        if (low > 0 || high < 0) {
            boolean better = measure.isAccuracy() == difference.mean() > 0;
            return interval + seeds + ": shown to be " + (better ? "better" : "worse");
        }
        return interval + "no difference is shown with " + seeds + "; one of " + measure.points(half)
                + " would not show";
    }

    private static String bare(double difference, Quality measure) {
        return measure.isAccuracy() ? NumberText.fixed(difference * 100, 2) : NumberText.significant(difference);
    }
}
