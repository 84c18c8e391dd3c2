package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.RunRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which recipe does best at a batch size, of those all of whose runs ended regularly: a mean over the seeds that did would
 * flatter the others.
 *
 * @param recipes in one mode at one batch size
 */
record BestRecipe(String study, List<VariantSummary> recipes, Quality quality) {
    private static final String FINDING = "best_recipe";

    /**
     * The finding.
     *
     * @param groups the runs by batch size and variant
     */
    FindingRecord of(SortedMap<Long, SortedMap<Variant, List<RunRecord>>> groups) {
        List<VariantSummary> candidates =
                recipes.stream().filter(this::isCandidate).sorted(bestFirst()).toList();
        if (candidates.isEmpty()) {
            return record(null, "no recipe had all of its runs end regularly: " + leftOut());
        }
        VariantSummary best = candidates.get(0);
        Estimate estimate = Objects.requireNonNull(quality.estimate(best.batch()));
        String measured = quality.words() + ", " + estimate.words(quality::text);
        if (candidates.size() == 1) {
            return record(
                    estimate,
                    best.name() + " is the only one of " + recipes.size()
                            + " recipes all of whose runs ended regularly; its " + measured + "; not so " + leftOut());
        }
        VariantSummary next = candidates.get(1);
        PairedComparison comparison = PairedComparison.of(runs(best, groups), runs(next, groups), quality);
        return record(
                estimate,
                best.name() + " has the " + (quality.isAccuracy() ? "highest " : "lowest ") + measured + "; next is "
                        + next.name() + ", " + distance(estimate, next, comparison.difference())
                        + (candidates.size() == recipes.size() ? "" : "; left out, as not all runs ended: " + leftOut())
                        + (candidates.size() == 2
                                ? ""
                                : "; being picked as the best of " + candidates.size()
                                        + " makes it look better than it is"));
    }

    private boolean isCandidate(VariantSummary group) {
        return group.allSettled() && quality.estimate(group.batch()) != null;
    }

    /** Of equal ones, the first in the order of the recipes. */
    private Comparator<VariantSummary> bestFirst() {
        Comparator<VariantSummary> lowFirst = Comparator.comparingDouble(
                group -> Objects.requireNonNull(quality.estimate(group.batch())).mean());
        return quality.isAccuracy() ? lowFirst.reversed() : lowFirst;
    }

    /** {@code 0.80 points away (95 % interval …)}. */
    private String distance(Estimate best, VariantSummary next, @Nullable Estimate difference) {
        double distance = quality.shortfall(best, Objects.requireNonNull(quality.estimate(next.batch())));
        String words = distance == 0 ? "with the same" : quality.points(distance) + " away";
        if (difference == null) {
            return words + " (no seed in common, so nothing is shown)";
        }
        return difference.count() > 1 && Differences.isNothing(difference)
                ? words + " for every seed"
                : words + " (seed by seed: " + Differences.shown(difference, quality) + ")";
    }

    private String leftOut() {
        return recipes.stream()
                .filter(group -> !isCandidate(group))
                .map(group -> group.name() + " (" + group.batch().outcomeText() + ")")
                .collect(Collectors.joining(", "));
    }

    private static List<RunRecord> runs(
            VariantSummary group, SortedMap<Long, SortedMap<Variant, List<RunRecord>>> groups) {
        return Objects.requireNonNull(
                Objects.requireNonNull(groups.get(group.batch().batchSize())).get(group.variant()));
    }

    private FindingRecord record(@Nullable Estimate estimate, String words) {
        long batch = recipes.get(0).batch().batchSize();
        return new FindingRecord(
                study,
                FINDING,
                batch,
                estimate == null ? null : (Double) estimate.mean(),
                estimate == null ? null : estimate.low(),
                estimate == null ? null : estimate.high(),
                quality.isAccuracy() ? "share" : "loss",
                "At batch " + NumberText.count(batch) + " " + words + ".");
    }
}
