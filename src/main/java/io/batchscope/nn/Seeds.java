package io.batchscope.nn;

import org.nd4j.linalg.factory.Nd4j;

/** Seeds of ND4J's generator, which takes 0 to mean the clock. */
final class Seeds {
    private static final long FOR_ZERO = 0x5DEECE66DL;

    private Seeds() {}

    /** The seed that stands for {@code seed} in ND4J; itself unless it is 0. */
    static long usable(long seed) {
        return seed == 0 ? FOR_ZERO : seed;
    }

    /** Makes this thread's random numbers follow from the seed. */
    static void apply(long seed) {
        Nd4j.getRandom().setSeed(usable(seed));
    }
}
