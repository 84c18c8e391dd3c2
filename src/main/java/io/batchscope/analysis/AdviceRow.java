package io.batchscope.analysis;

import java.util.Locale;

/**
 * One piece of the usual advice about batch sizes, held against a study.
 *
 * @param batch the batch sizes it speaks of, in words
 * @param claim what is usually said
 * @param measured what this study has measured about it, with numbers; an en dash if nothing
 * @param why what the verdict rests on, or what is missing
 */
public record AdviceRow(String batch, String claim, String measured, Verdict verdict, String why) {
    /** How the claim fares in the study at hand; never a statement about other data or models. */
    public enum Verdict {
        SUPPORTED,
        CONTRADICTED,
        MIXED,
        NOT_MEASURED_YET;

        /** In words: {@code not measured yet}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    static AdviceRow notMeasured(String batch, String claim, String missing) {
        return new AdviceRow(batch, claim, NumberText.NOT_MEASURED, Verdict.NOT_MEASURED_YET, missing);
    }
}
