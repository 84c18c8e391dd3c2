package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A study by batch size, and by variant where it has several recipes or ways to synchronise workers. Where it searched for the
 * best rates, groups have the runs with the tuned rate alone.
 *
 * @param study its name; empty when there are no runs
 * @param regression whether the network predicts numbers, so that there are losses but no accuracies
 * @param trainExamples training examples used; 0 when there are no runs
 * @param batches the reference's runs ({@link Variants}), ascending in batch size
 * @param variants recipes and modes; none when there are no runs
 * @param byVariant all runs with a tuned rate or without a search, ascending in batch size, there in the order of {@code
 *     variants}
 * @param searches for the best rates
 */
public record StudySummary(
        String study,
        boolean regression,
        long trainExamples,
        List<BatchSummary> batches,
        Variants variants,
        List<VariantSummary> byVariant,
        RateSearches searches) {
    public StudySummary {
        batches = List.copyOf(batches);
        byVariant = List.copyOf(byVariant);
    }

    /** Groups the runs of {@code all} by batch size and variant. */
    public static StudySummary of(StudyTables all) {
        RateSearches searches = RateSearches.of(all);
        StudyTables tables = searches.tuned(all);
        Variants variants = Variants.of(all.runs());
        if (tables.runs().isEmpty()) {
            return new StudySummary("", false, 0, List.of(), variants, List.of(), searches);
        }
        List<VariantSummary> byVariant = VariantComparison.of(tables.runs(), variants);
        List<BatchSummary> batches = byVariant.stream()
                .filter(summary -> summary.variant().equals(variants.ordered().get(0)))
                .map(VariantSummary::batch)
                .toList();
        RunRecord first = tables.runs().get(0);
        boolean regression = first.task().toLowerCase(Locale.ROOT).equals("regression");
        return new StudySummary(
                first.study(), regression, first.trainExamples(), batches, variants, byVariant, searches);
    }

    /** Whether the study has several recipes. */
    public boolean hasRecipes() {
        return variants.recipes().size() > 1;
    }

    /** Whether the study has several ways to synchronise. */
    public boolean hasModes() {
        return variants.modes().size() > 1;
    }

    /** Whether the study has several variants, so that {@link #batches} are not all of it. */
    public boolean hasVariants() {
        return variants.several();
    }

    /** What stands for a batch size; only where there are runs. */
    public Variant reference() {
        return variants.ordered().get(0);
    }

    /** Whether the reference has runs at all batch sizes. */
    public boolean referenceIsEverywhere() {
        return batches.size() == batchSizes().size();
    }

    /** What {@code group}'s mode is compared with: the reference's mode of the same recipe. */
    public String referenceModeOf(VariantSummary group) {
        return variants.name(group.variant().recipe(), variants.modes().get(0).name());
    }

    /** What {@code group}'s recipe is compared with: the first recipe in the same mode. */
    public String firstRecipeOf(VariantSummary group) {
        return variants.name(variants.recipes().get(0), group.variant().mode().name());
    }

    /** The batch sizes of a variant, ascending. */
    public List<BatchSummary> of(Variant variant) {
        return byVariant.stream()
                .filter(group -> group.variant().equals(variant))
                .map(VariantSummary::batch)
                .toList();
    }

    /** The groups of a batch size, in the order of {@code variants}. */
    public List<VariantSummary> at(long batchSize) {
        return byVariant.stream()
                .filter(group -> group.batch().batchSize() == batchSize)
                .toList();
    }

    /** What quality is compared by; empty where nothing was measured. */
    public Optional<Quality> quality() {
        return Quality.of(byVariant.stream().map(VariantSummary::batch).toList());
    }

    /** All runs, of whatever variant and rate. */
    public int runs() {
        return byVariant.stream().mapToInt(summary -> summary.batch().runs()).sum()
                + searches.leftOut().size();
    }

    /** All batch sizes, of whatever variant, ascending. */
    public List<Long> batchSizes() {
        return byVariant.stream()
                .map(summary -> summary.batch().batchSize())
                .distinct()
                .toList();
    }

    /** Whether at least one of the reference's runs reached a target; otherwise the study had none or no run arrived. */
    public boolean anyArrived() {
        return batches.stream().anyMatch(batch -> batch.arrived() > 0);
    }

    /** All runs, of whatever variant and rate, by word of the {@code outcome} column. */
    public SortedMap<String, Integer> outcomes() {
        SortedMap<String, Integer> outcomes = new TreeMap<>();
        byVariant.forEach(summary ->
                summary.batch().outcomes().forEach((word, runs) -> outcomes.merge(word, runs, Integer::sum)));
        searches.leftOut().forEach(run -> outcomes.merge(run.outcome(), 1, Integer::sum));
        return outcomes;
    }

    /** The batch size that is the whole training split, if the study has it. */
    public OptionalLong fullBatch() {
        return batches.stream()
                .mapToLong(BatchSummary::batchSize)
                .filter(size -> size == trainExamples)
                .findFirst();
    }

    /** The fewest seeds any batch size with a settled run has; 0 without one. */
    public int fewestSeeds() {
        return batches.stream()
                .filter(batch -> batch.settled() > 0)
                .mapToInt(BatchSummary::settled)
                .min()
                .orElse(0);
    }
}
