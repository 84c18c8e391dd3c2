package io.batchscope.train;

import io.batchscope.data.Examples;

/**
 * The examples one rank holds.
 *
 * @param train in the local order of {@code EpochOrder}
 * @param validation this rank's share of the validation split; may be empty
 * @param test likewise
 */
public record RankData(Examples train, Examples validation, Examples test) {}
