package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.RunRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** What a study with several recipes shows about them, in the same mode at the same batch size. */
final class RecipeFindings {
    private final StudySummary summary;

    private RecipeFindings(StudySummary summary) {
        this.summary = summary;
    }

    /**
     * How large a batch each recipe bears, the best one at each batch size, differences from the first one, and runs that did
     * not end; none for a study with one recipe.
     */
    static List<FindingRecord> of(StudySummary summary, List<RunRecord> runs) {
        if (!summary.hasRecipes()) {
            return List.of();
        }
        RecipeFindings recipes = new RecipeFindings(summary);
        List<FindingRecord> findings = new ArrayList<>();
        summary.quality().ifPresent(quality -> {
            summary.variants().ordered().stream()
                    .map(variant -> LargestGoodBatch.ofVariant(summary, variant, quality))
                    .forEach(findings::add);
            findings.addAll(recipes.best(runs));
            findings.addAll(recipes.differences(quality));
        });
        summary.byVariant().stream()
                .filter(group -> group.batch().diverged() > 0)
                .map(recipes::diverged)
                .forEach(findings::add);
        if (!summary.hasModes()) {
            summary.byVariant().stream()
                    .filter(group -> group.failed() > 0)
                    .map(recipes::failed)
                    .forEach(findings::add);
        }
        return findings;
    }

    private List<FindingRecord> differences(Quality quality) {
        Recipe first = summary.variants().recipes().get(0);
        Differences differences = new Differences(summary, quality, "recipe");
        return summary.byVariant().stream()
                .filter(group -> !group.variant().recipe().equals(first))
                .map(group -> differences.finding(
                        group,
                        summary.firstRecipeOf(group),
                        group.besideFirstRecipe(),
                        lost(group) + lostByFirst(group),
                        cost(group)))
                .toList();
    }

    /** {@code  (2 of 3 runs ended regularly)}: means over the others alone may flatter. */
    private static String lost(VariantSummary group) {
        return group.allSettled() || group.batch().settled() == 0
                ? ""
                : " (" + group.batch().settled() + " of "
                        + NumberText.counted(group.batch().runs(), "run") + " ended regularly)";
    }

    /** {@code  (with linear 2 of 5)}: the seeds that are left over may be the easy ones. */
    private String lostByFirst(VariantSummary group) {
        String first = summary.firstRecipeOf(group);
        return summary.at(group.batch().batchSize()).stream()
                .filter(other -> other.name().equals(first)
                        && !other.allSettled()
                        && other.batch().settled() > 0)
                .map(other -> " (of " + first + " only " + other.batch().settled() + " of "
                        + NumberText.counted(other.batch().runs(), "run") + " ended regularly)")
                .findFirst()
                .orElse("");
    }

    /** {@code , in 0.81 of its time}. */
    private static String cost(VariantSummary group) {
        PairedComparison comparison = group.besideFirstRecipe();
        if (comparison == null) {
            return "";
        }
        Double seconds = comparison.secondsRatio();
        return (seconds == null ? "" : ", in " + NumberText.significant(seconds) + " of its time")
                + (comparison.sameExamples() ? "" : ", though not over equally many examples");
    }

    private List<FindingRecord> best(List<RunRecord> runs) {
        SortedMap<Long, SortedMap<Variant, List<RunRecord>>> groups =
                VariantComparison.groups(runs, summary.variants());
        Optional<Quality> measure = Quality.ofChoice(
                summary.byVariant().stream().map(VariantSummary::batch).toList());
        return measure.stream()
                .flatMap(quality -> summary.batchSizes().stream()
                        .flatMap(batch -> summary.variants().modes().stream().map(mode -> summary.at(batch).stream()
                                .filter(group -> group.variant().mode().equals(mode))
                                .toList()))
                        .filter(there -> there.size() > 1)
                        .map(there -> new BestRecipe(summary.study(), there, quality).of(groups)))
                .toList();
    }

    private FindingRecord diverged(VariantSummary group) {
        return lost(
                "recipe_diverged_runs",
                group,
                group.batch().diverged(),
                "diverged at a peak rate of "
                        + group.batch().peakLearningRates().stream()
                                .map(NumberText::significant)
                                .collect(Collectors.joining(" or "))
                        + ": " + group.divergenceText());
    }

    private FindingRecord failed(VariantSummary group) {
        return lost("recipe_failed_runs", group, group.failed(), "failed: " + group.failureText());
    }

    private FindingRecord lost(String finding, VariantSummary group, int count, String words) {
        return new FindingRecord(
                summary.study(),
                finding,
                group.batch().batchSize(),
                (double) count,
                null,
                null,
                "runs",
                group.place() + ": " + count + " of "
                        + NumberText.counted(group.batch().runs(), "run") + " " + words + ".");
    }
}
