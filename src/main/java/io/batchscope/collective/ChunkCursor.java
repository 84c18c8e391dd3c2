package io.batchscope.collective;

/**
 * Walks over the elements that one rank of a ring sends in an operation. In step k it sends chunk (rank − k) mod size. A sum
 * takes steps 0 … 2·size − 3, of which the first size − 1 carry partial sums, the others finished ones; a gathering, whose
 * chunks are the ranks' messages, takes steps 0 … size − 2. What a rank receives is what its predecessor sends, and what it
 * sends in step k + 1 is what it received in step k.
 *
 * <p>Chunks are cut into slices, and the steps of different slices take turns: at time t it is step k of slice t − lag·k,
 * for every k that has such a slice. So a slice is sent on while it still lies in the processor's cache, and yet a rank has
 * something else to send until it comes. The order in which an element's summands are added is that of its chunk's steps.
 */
final class ChunkCursor {
    private static final int LAG = 8;

    private final int rank;
    private final int size;
    private final Operation operation;
    private int steps;
    private int summingSteps;
    private int sliceLength;
    private int slices;
    private int time;
    private int step;
    private int position;
    private int sliceEnd;

    /** The walk of what {@code rank} of {@code size} sends. */
    ChunkCursor(int rank, int size, Operation operation) {
        this.rank = rank;
        this.size = size;
        this.operation = operation;
    }

    /** Goes to the start of the operation that has just begun. */
    void reset() {
        steps = operation.steps();
        summingSteps = operation.summingSteps();
        sliceLength = operation.sliceLength();
        int longestChunk = 0;
        for (int chunk = 0; chunk < size; chunk++) {
            longestChunk = Math.max(longestChunk, operation.start(chunk + 1) - operation.start(chunk));
        }
        slices = longestChunk == 0 ? 0 : (longestChunk - 1) / sliceLength + 1;
        time = 0;
        step = -1;
        position = 0;
        sliceEnd = 0;
        leaveSlice();
    }

    /** Index of the next element in the vector. */
    int position() {
        return position;
    }

    /** How many elements follow without a gap; 0 at the end. */
    int contiguous() {
        return sliceEnd - position;
    }

    /** How many of those may be sent when {@code received} is how far this rank has received. */
    int ready(ChunkCursor received) {
        if (atEnd() || step == 0 || received.isAfter(time - LAG, step - 1)) {
            return contiguous();
        }
        // The same elements.
        return received.time == time - LAG && received.step == step - 1 ? received.position - position : 0;
    }

    /** Whether the elements here are partial sums. */
    boolean partial() {
        return step < summingSteps;
    }

    /** Whether nothing has been walked over. */
    boolean atStart() {
        return time == 0 && step == 0 && position == chunkStart();
    }

    boolean atEnd() {
        return time == times();
    }

    /** Goes on by at most {@link #contiguous} elements. */
    void advance(int count) {
        position += count;
        leaveSlice();
    }

    private boolean isAfter(int otherTime, int otherStep) {
        return time > otherTime || (time == otherTime && step > otherStep);
    }

    private int times() {
        return slices == 0 ? 0 : slices + LAG * (steps - 1);
    }

    private int chunkStart() {
        return operation.start(chunk());
    }

    private int chunk() {
        return Math.floorMod(rank - step, size);
    }

    /** Goes to the next slice with elements if this one has none left. */
    private void leaveSlice() {
        while (position == sliceEnd && !atEnd()) {
            step++;
            if (step >= steps || time - LAG * step < 0) {
                time++;
                // The first step whose slice is not beyond the last.
                step = Math.max(0, -Math.floorDiv(slices - 1 - time, LAG));
            }
            enterSlice();
        }
    }

    private void enterSlice() {
        int slice = time - LAG * step;
        if (atEnd() || slice < 0) {
            position = 0;
            sliceEnd = 0;
            return;
        }
        int end = operation.start(chunk() + 1);
        position = (int) Math.min(end, chunkStart() + (long) slice * sliceLength);
        sliceEnd = (int) Math.min(end, (long) position + sliceLength);
    }
}
