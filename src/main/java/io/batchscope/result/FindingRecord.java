package io.batchscope.result;

import org.jspecify.annotations.Nullable;

/**
 * One row of {@code findings}: something the study shows.
 *
 * @param batchSize the batch size it speaks of; null if of the whole study
 * @param low lower end of the 95 % interval; null where there is none
 * @param detail one sentence a person can act on
 */
public record FindingRecord(
        String study,
        String finding,
        @Nullable Long batchSize,
        @Nullable Double value,
        @Nullable Double low,
        @Nullable Double high,
        @Nullable String unit,
        String detail) {}
