package io.batchscope.data;

import java.io.Serializable;

/**
 * A seeded shuffle of any number of rows in which every row's place can be worked out by itself: no sort, no memory, the
 * same however the rows are spread over a cluster.
 *
 * <p>A Feistel network (Luby and Rackoff 1988) with {@link SplitMix#mix} as its round function permutes 0 … 4^h − 1;
 * places beyond the last row are permuted again until they fall below it (cycle walking, Black and Rogaway 2002), which
 * leaves a permutation of 0 … size − 1.
 *
 * @param size how many rows, at least 1
 * @param seed which shuffle
 */
public record GlobalShuffle(long size, long seed) implements Serializable {
    private static final int ROUNDS = 8;
    /** Half the bits of the smallest domain: more than small sets need, so that they too are shuffled well. */
    private static final int LEAST_HALF_BITS = 4;

    public GlobalShuffle {
        if (size < 1) {
            throw new IllegalArgumentException("a shuffle needs at least 1 row, but has " + size);
        }
    }

    /**
     * Where row {@code row} stands after the shuffle, 0 … size − 1.
     *
     * @param row 0 … size − 1
     */
    public long placeOf(long row) {
        if (row < 0 || row >= size) {
            throw new IllegalArgumentException("row must be in 0 … " + (size - 1) + ", but is " + row);
        }
        int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
        int halfBits = Math.max(LEAST_HALF_BITS, (bits + 1) / 2);
        long place = row;
        do {
            place = permute(place, halfBits);
        } while (place >= size);
        return place;
    }

    private long permute(long value, int halfBits) {
        long mask = (1L << halfBits) - 1;
        long key = SplitMix.mix(seed);
        long left = value >>> halfBits;
        long right = value & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long mixed = left ^ (SplitMix.mix(SplitMix.mix(key + round) + right) & mask);
            left = right;
            right = mixed;
        }
        return left << halfBits | right;
    }
}
