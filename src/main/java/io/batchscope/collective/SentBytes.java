package io.batchscope.collective;

/** Counts what a rank would have sent on a ring: see {@link ChunkCursor}. */
final class SentBytes {
    private final int rank;
    private final int size;
    private long bytes;

    SentBytes(int rank, int size) {
        this.rank = rank;
        this.size = size;
    }

    /** So far. */
    long total() {
        return bytes;
    }

    /** A sum: all chunks but one twice, and two but once. */
    void addSum(int length, ElementType type) {
        bytes += (2L * length - ofChunk(rank + 1, length) - ofChunk(rank + 2, length)) * type.bytes();
    }

    /** Every message but the next rank's. */
    void addGather(int[] starts) {
        int next = (rank + 1) % size;
        bytes += ((long) starts[size] - starts[0] - (starts[next + 1] - starts[next])) * Integer.BYTES;
    }

    private int ofChunk(int number, int length) {
        int chunk = number % size;
        return Chunks.start(chunk + 1, size, length) - Chunks.start(chunk, size, length);
    }
}
