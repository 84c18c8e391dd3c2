package io.batchscope.collective;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The operation in progress at one rank; kept from call to call, so that an operation allocates nothing. */
final class Operation {
    private static final int CUT_AT = Integer.BYTES;
    private static final int NUMBER_AT = 2 * Integer.BYTES;
    private static final int LENGTH_AT = NUMBER_AT + Long.BYTES;
    private static final int BYTES = LENGTH_AT + Long.BYTES;

    private final int rank;
    private final int size;
    private final int[] starts;
    private WireVector vector;
    private long number;

    /** @param vector any, until the first operation */
    Operation(int rank, int size, WireVector vector) {
        this.rank = rank;
        this.size = size;
        starts = new int[size + 1];
        this.vector = vector;
    }

    /** The next one: sums {@code count} elements from {@code from} on. */
    void startSum(WireVector on, int from, int count) {
        for (int chunk = 0; chunk <= size; chunk++) {
            starts[chunk] = from + Chunks.start(chunk, size, count);
        }
        start(on);
    }

    /** The next one: gives everybody the messages that start there. */
    void startGather(WireVector on, int[] messageStarts) {
        System.arraycopy(messageStarts, 0, starts, 0, starts.length);
        start(on);
    }

    private void start(WireVector on) {
        vector = on;
        number++;
    }

    private boolean gathers() {
        return vector.type() == ElementType.INTEGERS;
    }

    WireVector vector() {
        return vector;
    }

    /** Bytes of an element. */
    int elementBytes() {
        return vector.type().bytes();
    }

    /** Where a chunk, 0 … size, starts in the vector; chunk {@code size} at the end. */
    int start(int chunk) {
        return starts[chunk];
    }

    /** How often each rank passes on a chunk. */
    int steps() {
        return summingSteps() + size - 1;
    }

    /** How many of the steps, the first ones, carry partial sums. */
    int summingSteps() {
        return gathers() ? 0 : size - 1;
    }

    private int length() {
        return starts[size] - starts[0];
    }

    /** Elements of the largest record. */
    int sliceLength() {
        return RecordOutput.DATA_BYTES / elementBytes();
    }

    /** Adds the record that tells the next rank what is called. */
    void call(RecordOutput output) {
        int start = output.start();
        output.buffer()
                .putInt(start, vector.type().code())
                .putInt(start + CUT_AT, cut())
                .putLong(start + NUMBER_AT, number)
                .putLong(start + LENGTH_AT, length());
        output.end(RecordKind.OPERATION, BYTES);
    }

    /** Returns what is wrong with the previous rank's call, going on from its name; or null. */
    @Nullable
    String mismatch(RecordInput input) throws NonsenseException {
        int start = input.start();
        ElementType theirType =
                input.length() == BYTES ? ElementType.of(input.buffer().getInt(start)) : null;
        if (theirType == null) {
            throw new NonsenseException("sent a call that cannot be read");
        }
        int theirCut = input.buffer().getInt(start + CUT_AT);
        long theirNumber = input.buffer().getLong(start + NUMBER_AT);
        long theirLength = input.buffer().getLong(start + LENGTH_AT);
        if (theirType == vector.type() && theirNumber == number && theirLength == length() && theirCut == cut()) {
            return null;
        }
        return Wording.mismatch(Wording.operation(theirNumber, theirLength, theirType), rank, describe());
    }

    /** Stands for where messages start, which all must agree on; chunks of sums follow from the length. */
    private int cut() {
        return gathers() ? Arrays.hashCode(starts) : 0;
    }

    /** For messages. */
    String describe() {
        return Wording.operation(number, length(), vector.type());
    }
}
