package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.Comparator;

/**
 * A recipe of a study.
 *
 * @param number as in the column {@code recipe_number}; 0 in tables of versions that did not write it
 * @param name as in the column {@code recipe}; empty where the study has one without a name, and in such tables
 */
public record Recipe(int number, String name) implements Comparable<Recipe> {
    private static final Comparator<Recipe> ORDER =
            Comparator.comparingInt(Recipe::number).thenComparing(Recipe::name);

    static Recipe of(RunRecord run) {
        Integer number = run.recipeNumber();
        String name = run.recipe();
        return new Recipe(number == null ? 0 : number, name == null ? "" : name);
    }

    /** The name, or a word for a recipe that has none. */
    public String words() {
        return name.isEmpty() ? "recipe without a name" : name;
    }

    /** By number: in the order of the configuration. */
    @Override
    public int compareTo(Recipe other) {
        return ORDER.compare(this, other);
    }
}
