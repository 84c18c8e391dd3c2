package io.batchscope.train;

import io.batchscope.data.Examples;
import io.batchscope.data.Split;

/**
 * The examples one rank holds.
 *
 * @param train in the local order of {@code EpochOrder}
 * @param validation this rank's share of the validation split, in ascending order those whose number there is ≡ rank (mod
 *     workers); may be empty
 * @param test likewise
 */
public record RankData(Examples train, Examples validation, Examples test) {
    /** Its share of a split. */
    public Examples examples(Split split) {
        return switch (split) {
            case TRAIN -> train;
            case VALIDATION -> validation;
            case TEST -> test;
        };
    }
}
