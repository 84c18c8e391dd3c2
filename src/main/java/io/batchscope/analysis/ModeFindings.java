package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a study with several ways to synchronise shows about them, each against the reference at the same batch size. */
final class ModeFindings {
    private final StudySummary summary;
    private final Mode reference;
    private final @Nullable Quality quality;

    private ModeFindings(StudySummary summary) {
        this.summary = summary;
        this.reference = summary.modes().get(0);
        this.quality = summary.quality().orElse(null);
    }

    /** Differences of quality, the fastest mode at each batch size, and failures; none for a study with one mode. */
    static List<FindingRecord> of(StudySummary summary) {
        if (!summary.hasModes()) {
            return List.of();
        }
        ModeFindings modes = new ModeFindings(summary);
        List<FindingRecord> findings = new ArrayList<>();
        Quality quality = modes.quality;
        if (quality != null) {
            summary.byMode().stream()
                    .filter(group -> !group.mode().equals(modes.reference))
                    .map(group -> modes.difference(group, quality))
                    .forEach(findings::add);
            summary.batchSizes().forEach(batch -> modes.fastest(batch, quality).ifPresent(findings::add));
        }
        summary.byMode().stream()
                .filter(group -> group.failed() > 0)
                .map(modes::failed)
                .forEach(findings::add);
        return findings;
    }

    private FindingRecord difference(ModeSummary group, Quality measure) {
        PairedComparison comparison = group.comparison();
        Estimate difference = comparison == null ? null : comparison.difference();
        String words = comparison == null || difference == null
                ? "no difference can be given, as " + missing(group)
                : measure.words() + " " + difference(difference, measure) + cost(comparison);
        return new FindingRecord(
                summary.study(),
                measure.isAccuracy() ? "mode_accuracy_difference" : "mode_loss_difference",
                group.batch().batchSize(),
                difference == null ? null : (Double) difference.mean(),
                difference == null ? null : difference.low(),
                difference == null ? null : difference.high(),
                measure.isAccuracy() ? "share" : "loss",
                place(group) + effective(group) + ": " + words + ".");
    }

    private String missing(ModeSummary group) {
        if (group.batch().settled() == 0) {
            return "no run ended regularly (" + group.outcomeText() + ")";
        }
        return group.comparison() == null
                ? reference.name() + " was not run at this batch size"
                : "no seed ended regularly with it and with " + reference.name();
    }

    private static String effective(ModeSummary group) {
        return group.updateBatches().isEmpty() ? "" : " (" + group.effectiveBatch() + ")";
    }

    /** {@code 0.12 points below synchronous (95 % interval -0.31 to 0.07, 3 seeds: no difference shown)}. */
    private String difference(Estimate difference, Quality measure) {
        double mean = difference.mean();
        String place = mean == 0
                ? "the same as with " + reference.name()
                : measure.points(Math.abs(mean)) + (mean < 0 ? " below " : " above ") + reference.name();
        Double low = difference.low();
        Double high = difference.high();
        if (low == null || high == null) {
            return place + " (one common seed: no interval, so nothing is shown)";
        }
        boolean shown = low > 0 || high < 0;
        boolean better = measure.isAccuracy() == mean > 0;
        return place + " (95 % interval " + bare(low, measure) + " to " + bare(high, measure) + ", "
                + NumberText.counted(difference.count(), "seed") + ": "
                + (shown ? "shown to be " + (better ? "better" : "worse") : "no difference shown") + ")";
    }

    private static String bare(double difference, Quality measure) {
        return measure.isAccuracy() ? NumberText.fixed(difference * 100, 2) : NumberText.significant(difference);
    }

    /** {@code , in 0.81 of its time and with 0.13 of the bytes}. */
    private static String cost(PairedComparison comparison) {
        Double seconds = comparison.secondsRatio();
        Double bytes = comparison.bytesRatio();
        if (seconds == null && bytes == null) {
            return "";
        }
        return (seconds == null ? "" : ", in " + NumberText.significant(seconds) + " of its time")
                + (bytes == null
                        ? ""
                        : (seconds == null ? ", with " : " and with ") + NumberText.significant(bytes)
                                + " of the bytes")
                + (comparison.sameExamples() ? "" : ", though not over equally many examples");
    }

    /** Among the modes all of whose runs came to their end: needs an interval of the difference, so two common seeds. */
    private Optional<FindingRecord> fastest(long batchSize, Quality measure) {
        List<ModeSummary> here = summary.byMode().stream()
                .filter(group -> group.batch().batchSize() == batchSize)
                .toList();
        Optional<ModeSummary> base = here.stream()
                .filter(group -> group.mode().equals(reference))
                .filter(ModeFindings::cameToTheEnd)
                .findFirst();
        List<ModeSummary> judged = here.stream().filter(ModeFindings::isJudged).toList();
        if (base.isEmpty() || base.get().batch().trainSeconds() == null || judged.isEmpty()) {
            return Optional.empty();
        }
        return judged.stream()
                .filter(group -> !isWorse(group, measure))
                .filter(group -> secondsRatio(group) < 1)
                .min(Comparator.comparingDouble(ModeFindings::secondsRatio))
                .map(group -> fastest(group, fastestWords(group, measure)))
                .or(() -> Optional.of(fastest(
                        base.get(),
                        "At batch " + NumberText.count(batchSize) + " no mode of those without a shown loss of "
                                + measure.words() + " took less time than " + reference.name() + " ("
                                + NumberText.counted(judged.size(), "other mode") + " could be judged).")));
    }

    private String fastestWords(ModeSummary group, Quality measure) {
        PairedComparison comparison = group.comparison();
        Double noise = comparison == null || comparison.difference() == null
                ? null
                : comparison.difference().halfWidth();
        return "At batch " + NumberText.count(group.batch().batchSize()) + " " + group.name()
                + " is the fastest to the end of the modes for which no loss of " + measure.words() + " against "
                + reference.name() + " is shown: it took " + NumberText.significant(secondsRatio(group))
                + " of its time"
                + (noise == null
                        ? "."
                        : "; differences below " + measure.points(noise) + " would not show with these seeds.");
    }

    private FindingRecord fastest(ModeSummary group, String words) {
        Estimate seconds = group.batch().trainSeconds();
        return new FindingRecord(
                summary.study(),
                "fastest_mode_without_shown_loss",
                group.batch().batchSize(),
                seconds == null ? null : (Double) seconds.mean(),
                seconds == null ? null : seconds.low(),
                seconds == null ? null : seconds.high(),
                "seconds",
                words);
    }

    private static boolean isJudged(ModeSummary group) {
        PairedComparison comparison = group.comparison();
        return comparison != null
                && comparison.difference() != null
                && comparison.difference().low() != null
                && comparison.secondsRatio() != null
                && cameToTheEnd(group);
    }

    /** Otherwise its time is that of less work. */
    private static boolean cameToTheEnd(ModeSummary group) {
        return group.batch().settled() == group.batch().runs()
                && !group.batch().outcomes().containsKey("BudgetExhausted");
    }

    private static boolean isWorse(ModeSummary group, Quality measure) {
        PairedComparison comparison = group.comparison();
        return comparison != null
                && comparison.differenceShown()
                && comparison.difference() != null
                && measure.isAccuracy() == comparison.difference().mean() < 0;
    }

    private static double secondsRatio(ModeSummary group) {
        PairedComparison comparison = group.comparison();
        Double ratio = comparison == null ? null : comparison.secondsRatio();
        return ratio == null ? Double.POSITIVE_INFINITY : ratio;
    }

    private FindingRecord failed(ModeSummary group) {
        return new FindingRecord(
                summary.study(),
                "mode_failed_runs",
                group.batch().batchSize(),
                (double) group.failed(),
                null,
                null,
                "runs",
                place(group) + ": " + group.failed() + " of "
                        + NumberText.counted(group.batch().runs(), "run") + " failed: " + group.failureText() + ".");
    }

    /** {@code Batch 256 with parameter-averaging, every 8 steps}. */
    private static String place(ModeSummary group) {
        return "Batch " + NumberText.count(group.batch().batchSize()) + " with " + group.name();
    }
}
