package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Groups runs by batch size and variant. Each group is compared with the first recipe's in the same mode and with the reference
 * mode's of the same recipe, so that what a comparison shows has one cause.
 */
final class VariantComparison {
    private final Variants variants;
    private final SortedMap<Long, SortedMap<Variant, List<RunRecord>>> groups;
    private final @Nullable Quality quality;

    private VariantComparison(List<RunRecord> runs, Variants variants) {
        this.variants = variants;
        this.groups = groups(runs, variants);
        this.quality = Quality.of(groups.values().stream()
                        .flatMap(atBatch -> atBatch.values().stream())
                        .map(group -> BatchSummary.of(group.get(0).batchSize(), group))
                        .toList())
                .orElse(null);
    }

    /** Ascending in batch size, there in the order of the variants. */
    static SortedMap<Long, SortedMap<Variant, List<RunRecord>>> groups(List<RunRecord> runs, Variants variants) {
        return runs.stream()
                .collect(Collectors.groupingBy(
                        RunRecord::batchSize,
                        TreeMap::new,
                        Collectors.groupingBy(
                                run -> variants.of(run.runId()),
                                () -> new TreeMap<>(variants.order()),
                                Collectors.toList())));
    }

    /** In the order of {@link #groups}. */
    static List<VariantSummary> of(List<RunRecord> runs, Variants variants) {
        VariantComparison comparison = new VariantComparison(runs, variants);
        return comparison.groups.values().stream()
                .flatMap(atBatch -> atBatch.keySet().stream().map(variant -> comparison.summary(variant, atBatch)))
                .toList();
    }

    private VariantSummary summary(Variant variant, SortedMap<Variant, List<RunRecord>> atBatch) {
        Recipe firstRecipe = variants.recipes().get(0);
        Mode referenceMode = variants.modes().get(0);
        return VariantSummary.of(
                variants,
                runs(variant.recipe(), variant.mode(), atBatch),
                variant.recipe().equals(firstRecipe) ? null : compare(variant, firstRecipe, variant.mode(), atBatch),
                variant.mode().equals(referenceMode)
                        ? null
                        : compare(variant, variant.recipe(), referenceMode, atBatch));
    }

    private @Nullable PairedComparison compare(
            Variant variant, Recipe recipe, Mode mode, SortedMap<Variant, List<RunRecord>> atBatch) {
        List<RunRecord> others = runs(recipe, mode, atBatch);
        return others.isEmpty()
                ? null
                : PairedComparison.of(runs(variant.recipe(), variant.mode(), atBatch), others, quality);
    }

    private static List<RunRecord> runs(Recipe recipe, Mode mode, SortedMap<Variant, List<RunRecord>> atBatch) {
        return atBatch.entrySet().stream()
                .filter(entry -> entry.getKey().recipe().equals(recipe)
                        && entry.getKey().mode().equals(mode))
                .flatMap(entry -> entry.getValue().stream())
                .toList();
    }
}
