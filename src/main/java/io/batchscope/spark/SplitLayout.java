package io.batchscope.spark;

import io.batchscope.data.DataException;
import io.batchscope.data.GlobalShuffle;
import io.batchscope.data.Split;
import io.batchscope.data.SplitMix;
import java.io.Serializable;
import org.apache.spark.Partitioner;

/**
 * Where every row of the input goes: its place in the global shuffle decides split, file and index.
 *
 * <p>Places 0 … train − 1 of the shuffled input are the training split, the next ones validation, then test; a separate
 * test input is shuffled by itself.
 *
 * @param train examples of the training split; likewise validation and test
 * @param inputRows rows of the input, those of a separate test input not counted
 * @param shards most files a split
 */
record SplitLayout(long train, long validation, long test, long inputRows, int shards, long seed)
        implements Serializable {
    /** Divides rows into splits. {@code testRows} counts a separate test input; 0 if there is none. */
    static SplitLayout of(PreparationRequest request, long rows, long testRows) {
        long heldOut = testRows > 0 ? 0 : Math.round(request.testFraction() * rows);
        long validation = Math.round(request.validationFraction() * (rows - heldOut));
        long train = rows - heldOut - validation;
        if (testRows == 0 && request.testFraction() > 0) {
            requireSome("test", heldOut, "test-fraction " + request.testFraction(), rows);
        }
        if (request.validationFraction() > 0) {
            requireSome("validation", validation, "validation-fraction " + request.validationFraction(), rows);
        }
        requireSome("training", train, "what the other splits leave", rows);
        return new SplitLayout(
                train, validation, testRows > 0 ? testRows : heldOut, rows, request.shards(), request.seed());
    }

    private static void requireSome(String split, long examples, String share, long rows) {
        if (examples == 0) {
            throw new DataException("split (" + split + "): it needs at least 1 example, but " + share + " of " + rows
                    + " is 0; give more data or other fractions");
        }
    }

    /** Place of a row of the input among all examples, the splits one after the other. */
    long keyOfInput(long row) {
        return new GlobalShuffle(inputRows, seed).placeOf(row);
    }

    /** Place of a row of the separate test input among all examples. */
    long keyOfTest(long row) {
        return train + validation + new GlobalShuffle(test, SplitMix.mix(seed + 1)).placeOf(row);
    }

    long examples(Split split) {
        return switch (split) {
            case TRAIN -> train;
            case VALIDATION -> validation;
            case TEST -> test;
        };
    }

    /** Files of a split. */
    int files(Split split) {
        return (int) Math.min(shards, examples(split));
    }

    private Split splitOf(long key) {
        return key < train ? Split.TRAIN : key < train + validation ? Split.VALIDATION : Split.TEST;
    }

    private long firstKey(Split split) {
        return switch (split) {
            case TRAIN -> 0;
            case VALIDATION -> train;
            case TEST -> train + validation;
        };
    }

    /** Index in its split of the example with this key. */
    long indexOf(long key) {
        return key - firstKey(splitOf(key));
    }

    private int firstPartition(Split split) {
        int first = 0;
        for (Split other : Split.values()) {
            if (other.compareTo(split) < 0) {
                first += files(other);
            }
        }
        return first;
    }

    /** All files. */
    int partitions() {
        return files(Split.TRAIN) + files(Split.VALIDATION) + files(Split.TEST);
    }

    /** Which of all files takes the example with this key. */
    int partitionOf(long key) {
        Split split = splitOf(key);
        return firstPartition(split) + (int) (indexOf(key) % files(split));
    }

    /** A file's split. */
    Split splitOfPartition(int partition) {
        Split found = Split.TRAIN;
        for (Split split : Split.values()) {
            if (files(split) > 0 && partition >= firstPartition(split)) {
                found = split;
            }
        }
        return found;
    }

    /** A file's number in its split. */
    int fileOfPartition(int partition) {
        return partition - firstPartition(splitOfPartition(partition));
    }

    /** This layout as Spark wants it. */
    static final class ShardPartitioner extends Partitioner {
        private final SplitLayout layout;

        ShardPartitioner(SplitLayout layout) {
            this.layout = layout;
        }

        @Override
        public int numPartitions() {
            return layout.partitions();
        }

        @Override
        public int getPartition(Object key) {
            return layout.partitionOf((Long) key);
        }
    }
}
