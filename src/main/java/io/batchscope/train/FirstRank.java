package io.batchscope.train;

import java.util.Arrays;
import java.util.List;

/** Gives what the first rank has to all others, by a sum into which they put nothing. */
final class FirstRank {
    /** Puts nothing into a sum: x + −0 is x for every x, −0 included. */
    private static final double NOTHING = -0.0;

    private FirstRank() {}

    /** A double holds 53 bits exactly, so a long takes two. */
    static void putLong(long value, double[] into, int at) {
        into[at] = value >> 32;
        into[at + 1] = value & 0xffffffffL;
    }

    static long getLong(double[] from, int at) {
        return ((long) from[at] << 32) | (long) from[at + 1];
    }

    /** Gives the first rank's numbers to the others, to the bit. */
    static void share(double[] numbers, Collective collective) {
        if (numbers.length == 0) {
            return;
        }
        if (collective.rank() > 0) {
            Arrays.fill(numbers, NOTHING);
        }
        collective.allReduceSum(numbers, 0, numbers.length);
    }

    /** Gives the first rank's vectors to the others, to the bit. */
    static void share(List<float[]> vectors, Collective collective) {
        for (float[] vector : vectors) {
            if (collective.rank() > 0) {
                Arrays.fill(vector, (float) NOTHING);
            }
            collective.allReduceSum(vector, 0, vector.length);
        }
    }
}
