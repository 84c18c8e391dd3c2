package io.batchscope.collective;

import java.util.Objects;

/** How a vector is cut into one chunk a rank: contiguous, in order. */
final class Chunks {
    private Chunks() {}

    /**
     * Where chunk {@code chunk} (0 … size) of a vector to be summed starts; chunk {@code size} at its end. Their lengths
     * differ by at most one.
     */
    static int start(int chunk, int size, int length) {
        return (int) ((long) chunk * length / size);
    }

    /** Refuses starts of messages that cannot be; {@code length} of the vector. */
    static void checkStarts(int[] starts, int size, int length) {
        if (starts.length != size + 1) {
            throw new IllegalArgumentException(
                    "starts must be " + (size + 1) + " for " + size + " ranks, but are " + starts.length);
        }
        for (int rank = 0; rank < size; rank++) {
            Objects.checkFromToIndex(starts[rank], starts[rank + 1], length);
        }
    }
}
