package io.batchscope.analysis;

import io.batchscope.plan.SyncMode;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which recipe and way to synchronise each run of a study had; where a study compares numbers of workers, they are part of the
 * way. One of these variants, the <em>reference</em>, stands for the
 * study wherever only batch sizes are compared: of the first recipe, {@code synchronous} where it has that, else the mode in
 * which it ran at the most batch sizes, then the first in the order of {@link Mode}; so of equals the one with the fewest workers.
 */
public final class Variants {
    private final Map<String, Variant> byRun;
    private final List<Recipe> recipes;
    private final List<Mode> modes;
    private final List<Variant> ordered;

    private Variants(List<RunRecord> runs) {
        Map<String, Mode> modeByRun = Modes.byRun(runs);
        this.recipes = runs.stream().map(Recipe::of).distinct().sorted().toList();
        this.modes = modes(runs, modeByRun, recipes);
        this.byRun = runs.stream()
                .collect(Collectors.toMap(
                        RunRecord::runId,
                        run -> variant(Recipe.of(run), Modes.at(modeByRun, run)),
                        (first, second) -> first));
        this.ordered = byRun.values().stream().distinct().sorted(order()).toList();
    }

    /** The variants of {@code runs}. */
    public static Variants of(List<RunRecord> runs) {
        return new Variants(runs);
    }

    /** The reference's mode first, then by their order. */
    private static List<Mode> modes(List<RunRecord> runs, Map<String, Mode> modeByRun, List<Recipe> recipes) {
        Map<Mode, Set<Long>> batchSizes = new HashMap<>();
        runs.stream().filter(run -> Recipe.of(run).equals(recipes.get(0))).forEach(run -> batchSizes
                .computeIfAbsent(Modes.at(modeByRun, run), key -> new HashSet<>())
                .add(run.batchSize()));
        Stream<Mode> reference = batchSizes.keySet().stream()
                .max(Comparator.<Mode, Boolean>comparing(mode -> mode.syncMode().equals(SyncMode.SYNCHRONOUS.label()))
                        .thenComparing(mode ->
                                Objects.requireNonNull(batchSizes.get(mode)).size())
                        .thenComparing(Comparator.reverseOrder()))
                .stream();
        return Stream.concat(reference, modeByRun.values().stream().sorted())
                .distinct()
                .toList();
    }

    private Variant variant(Recipe recipe, Mode mode) {
        return new Variant(recipe, mode, name(recipe, mode.name()));
    }

    /** A recipe in a mode that is called so, in the words that tell the study's variants apart. */
    String name(Recipe recipe, String mode) {
        if (recipes.size() == 1) {
            return mode;
        }
        return modes.size() == 1 ? recipe.words() : recipe.words() + "; " + mode;
    }

    /** The words for a run's recipe and mode, with the settings that it has, that tell it from the study's others. */
    public String name(RunRecord run) {
        boolean workers = modes.stream().anyMatch(mode -> mode.workers() > 0);
        return name(Recipe.of(run), new Mode(run.syncMode(), Modes.settings(run), workers ? run.workers() : 0).name());
    }

    /** {@code recipe}, {@code mode} or {@code recipe and mode}: what tells variants apart. */
    public String word() {
        return recipes.size() == 1 ? "mode" : modes.size() == 1 ? "recipe" : "recipe and mode";
    }

    /** Whether there is anything to compare. */
    public boolean several() {
        return ordered.size() > 1;
    }

    /** By recipe, there by mode; the reference first. */
    Comparator<Variant> order() {
        return Comparator.comparing(Variant::recipe).thenComparing(variant -> modes.indexOf(variant.mode()));
    }

    /** All variants, the reference first; by recipe, there by mode. */
    public List<Variant> ordered() {
        return ordered;
    }

    /** All recipes in their order. */
    public List<Recipe> recipes() {
        return recipes;
    }

    /** All modes, the reference's first. */
    public List<Mode> modes() {
        return modes;
    }

    /** The variant of one of the runs. */
    public Variant of(String runId) {
        Variant variant = byRun.get(runId);
        if (variant == null) {
            throw new IllegalArgumentException("run " + runId + ": is not among those of this study");
        }
        return variant;
    }

    /** The rows of the reference's runs; all rows where the study has one variant. */
    public StudyTables ofReference(StudyTables tables) {
        return several() ? of(ordered.get(0), tables) : tables;
    }

    /** The rows of one variant's runs. */
    public StudyTables of(Variant variant, StudyTables tables) {
        return tables.only(byRun.entrySet().stream()
                .filter(entry -> entry.getValue().equals(variant))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()));
    }
}
