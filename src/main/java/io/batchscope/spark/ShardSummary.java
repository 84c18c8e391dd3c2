package io.batchscope.spark;

import io.batchscope.data.Split;
import java.io.Serializable;

/**
 * What writing one file showed of its examples.
 *
 * @param file number in its split
 * @param labelCounts examples per class; empty for regression
 * @param byteCounts how often each value 0 … 255 occurs in image bytes; empty for other features
 * @param featureSums sum of each feature; empty for image bytes
 * @param labelSum sum of the labels
 */
@SuppressWarnings("ArrayRecordComponent") // moved, never compared
record ShardSummary(
        Split split,
        int file,
        long examples,
        long[] labelCounts,
        long[] byteCounts,
        double[] featureSums,
        double labelSum)
        implements Serializable {}
