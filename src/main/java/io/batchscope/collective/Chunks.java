package io.batchscope.collective;

/** How a vector is cut into one chunk a rank: contiguous, in order, lengths differ by at most one. */
final class Chunks {
    private Chunks() {}

    /** Where chunk {@code chunk} (0 … size) of a vector of {@code length} starts; chunk {@code size} at its end. */
    static int start(int chunk, int size, int length) {
        return (int) ((long) chunk * length / size);
    }
}
