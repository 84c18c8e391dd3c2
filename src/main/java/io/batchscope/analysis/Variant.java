package io.batchscope.analysis;

/**
 * What a study may do in several ways at one batch size: a recipe in a mode.
 *
 * @param name what tells it from the study's others: its recipe, its mode, or both as in
 *     {@code linear; parameter-averaging, every 8 steps}
 */
public record Variant(Recipe recipe, Mode mode, String name) {
    /** Puts before a sentence of which variant it is: {@code With linear: batch 64 has …}. */
    String saying(String sentence) {
        return "With " + name + ": " + Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }
}
