package io.batchscope.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that a person probably meant. */
final class Suggestion {
    private Suggestion() {}

    /** The known word with the fewest edits, where those are few for the word's length. */
    static Optional<String> of(String typed, Collection<String> known) {
        int limit = Math.max(1, (typed.length() + 1) / 3);
        return known.stream()
                .filter(word -> edits(typed, word) <= limit)
                .min(Comparator.<String>comparingInt(word -> edits(typed, word)).thenComparing(word -> word));
    }

    /** Levenshtein distance: inserted, deleted and replaced letters. */
    static int edits(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
