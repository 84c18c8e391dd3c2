package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a study with several ways to synchronise shows about them, each against the reference's at the same batch size, with the
 * same recipe.
 */
final class ModeFindings {
    private final StudySummary summary;

    private ModeFindings(StudySummary summary) {
        this.summary = summary;
    }

    /** Differences of quality, the fastest mode at each batch size, and failures; none for a study with one mode. */
    static List<FindingRecord> of(StudySummary summary) {
        if (!summary.hasModes()) {
            return List.of();
        }
        ModeFindings modes = new ModeFindings(summary);
        List<FindingRecord> findings = new ArrayList<>();
        summary.quality().ifPresent(quality -> {
            Differences differences = new Differences(summary, quality, "mode");
            summary.byVariant().stream()
                    .filter(group -> !modes.hasReferenceMode(group))
                    .map(group -> differences.finding(
                            group,
                            summary.referenceModeOf(group),
                            group.besideReferenceMode(),
                            effective(group),
                            cost(group)))
                    .forEach(findings::add);
            for (long batch : summary.batchSizes()) {
                for (Recipe recipe : summary.variants().recipes()) {
                    List<VariantSummary> there = summary.at(batch).stream()
                            .filter(group -> group.variant().recipe().equals(recipe))
                            .toList();
                    modes.fastest(there, quality).ifPresent(findings::add);
                }
            }
        });
        summary.byVariant().stream()
                .filter(group -> group.failed() > 0)
                .map(modes::failed)
                .forEach(findings::add);
        return findings;
    }

    private boolean hasReferenceMode(VariantSummary group) {
        return group.variant().mode().equals(summary.variants().modes().get(0));
    }

    private static String effective(VariantSummary group) {
        return group.updateBatches().isEmpty() ? "" : " (" + group.effectiveBatch() + ")";
    }

    /** {@code , in 0.81 of its time and with 0.13 of the bytes}. */
    private static String cost(VariantSummary group) {
        PairedComparison comparison = group.besideReferenceMode();
        if (comparison == null) {
            return "";
        }
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
    private Optional<FindingRecord> fastest(List<VariantSummary> here, Quality measure) {
        Optional<VariantSummary> base = here.stream()
                .filter(this::hasReferenceMode)
                .filter(ModeFindings::cameToTheEnd)
                .findFirst();
        List<VariantSummary> judged =
                here.stream().filter(ModeFindings::isJudged).toList();
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
                        "At batch " + NumberText.count(base.get().batch().batchSize())
                                + " no mode of those without a shown loss of "
                                + measure.words() + " took less time than "
                                + base.get().name() + " ("
                                + NumberText.counted(judged.size(), "other mode") + " could be judged).")));
    }

    private String fastestWords(VariantSummary group, Quality measure) {
        PairedComparison comparison = group.besideReferenceMode();
        Double noise = comparison == null || comparison.difference() == null
                ? null
                : comparison.difference().halfWidth();
        return "At batch " + NumberText.count(group.batch().batchSize()) + " " + group.name()
                + " is the fastest to the end of the modes for which no loss of " + measure.words() + " against "
                + summary.referenceModeOf(group) + " is shown: it took " + NumberText.significant(secondsRatio(group))
                + " of its time"
                + (noise == null
                        ? "."
                        : "; differences below " + measure.points(noise) + " would not show with these seeds.");
    }

    private FindingRecord fastest(VariantSummary group, String words) {
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

    private static boolean isJudged(VariantSummary group) {
        PairedComparison comparison = group.besideReferenceMode();
        return comparison != null
                && comparison.difference() != null
                && comparison.difference().low() != null
                && comparison.secondsRatio() != null
                && cameToTheEnd(group);
    }

    /** Otherwise its time is that of less work. */
    private static boolean cameToTheEnd(VariantSummary group) {
        return group.batch().settled() == group.batch().runs()
                && !group.batch().outcomes().containsKey("BudgetExhausted");
    }

    private static boolean isWorse(VariantSummary group, Quality measure) {
        PairedComparison comparison = group.besideReferenceMode();
        return comparison != null
                && comparison.differenceShown()
                && comparison.difference() != null
                && measure.isAccuracy() == comparison.difference().mean() < 0;
    }

    private static double secondsRatio(VariantSummary group) {
        PairedComparison comparison = group.besideReferenceMode();
        Double ratio = comparison == null ? null : comparison.secondsRatio();
        return ratio == null ? Double.POSITIVE_INFINITY : ratio;
    }

    private FindingRecord failed(VariantSummary group) {
        return new FindingRecord(
                summary.study(),
                "mode_failed_runs",
                group.batch().batchSize(),
                (double) group.failed(),
                null,
                null,
                "runs",
                group.place() + ": " + group.failed() + " of "
                        + NumberText.counted(group.batch().runs(), "run") + " failed: " + group.failureText() + ".");
    }
}
