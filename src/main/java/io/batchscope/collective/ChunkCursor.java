package io.batchscope.collective;

/**
 * Walks over the elements that one rank of a ring sends in an all-reduce: in step k = 0 … 2·size − 3 chunk
 * (rank − k) mod size. The first size − 1 steps carry partial sums, the others finished ones. What a rank receives is
 * what its predecessor sends, and what it sends in step k + 1 is what it received in step k.
 */
final class ChunkCursor {
    private final int rank;
    private final int size;
    private int length;
    private int step;
    private int position;
    private int chunkEnd;
    private long walked;

    /** The walk of what {@code rank} of {@code size} sends. */
    ChunkCursor(int rank, int size) {
        this.rank = rank;
        this.size = size;
    }

    /** Goes to the start for a vector of {@code length}. */
    void reset(int length) {
        this.length = length;
        step = 0;
        walked = 0;
        enterChunk();
        skipEmptyChunks();
    }

    /** Index of the next element in the vector. */
    int position() {
        return position;
    }

    /** How many elements follow without a gap; 0 at the end. */
    int contiguous() {
        return chunkEnd - position;
    }

    /** Whether the elements here are partial sums. */
    boolean partial() {
        return step < size - 1;
    }

    /** Elements walked since the start. */
    long walked() {
        return walked;
    }

    boolean atEnd() {
        return step == steps();
    }

    /** Goes on by at most {@link #contiguous} elements. */
    void advance(int count) {
        position += count;
        walked += count;
        skipEmptyChunks();
    }

    /** Elements of the whole walk. */
    long total() {
        // Every chunk twice, but for the two that steps 2·size − 2 and 2·size − 1 would carry.
        return 2L * length - chunkLength(steps()) - chunkLength(steps() + 1);
    }

    /** Elements of the first step's chunk. */
    int firstChunkLength() {
        return chunkLength(0);
    }

    private int steps() {
        return 2 * (size - 1);
    }

    private int chunkAt(int anyStep) {
        return Math.floorMod(rank - anyStep, size);
    }

    private int chunkLength(int anyStep) {
        int chunk = chunkAt(anyStep);
        return Chunks.start(chunk + 1, size, length) - Chunks.start(chunk, size, length);
    }

    private void enterChunk() {
        int chunk = chunkAt(step);
        position = Chunks.start(chunk, size, length);
        chunkEnd = Chunks.start(chunk + 1, size, length);
    }

    private void skipEmptyChunks() {
        while (position == chunkEnd && step < steps()) {
            step++;
            if (step < steps()) {
                enterChunk();
            }
        }
    }
}
