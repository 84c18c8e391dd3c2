package io.batchscope.collective;

import org.jspecify.annotations.Nullable;

/** The operation in progress at one rank; kept from call to call, so that an operation allocates nothing. */
final class Operation {
    private static final int BYTES = 2 * Integer.BYTES + 2 * Long.BYTES;

    private final int rank;
    private WireVector vector;
    private long number;
    private int first;
    private int length;

    /** @param vector any, until the first operation */
    Operation(int rank, WireVector vector) {
        this.rank = rank;
        this.vector = vector;
    }

    /** The next one: sums {@code count} elements from {@code from} on. */
    void start(WireVector on, int from, int count) {
        vector = on;
        number++;
        first = from;
        length = count;
    }

    WireVector vector() {
        return vector;
    }

    /** Bytes of an element. */
    int elementBytes() {
        return vector.type().bytes();
    }

    /** Where the range starts in the vector. */
    int first() {
        return first;
    }

    /** Elements. */
    int length() {
        return length;
    }

    /** Elements of the largest record. */
    int sliceLength() {
        return RecordOutput.DATA_BYTES / elementBytes();
    }

    /** Adds the record that tells the next rank what is called. */
    void call(RecordOutput output) {
        int start = output.start();
        output.buffer()
                .putInt(start, elementBytes())
                .putInt(start + Integer.BYTES, 0)
                .putLong(start + 2 * Integer.BYTES, number)
                .putLong(start + 2 * Integer.BYTES + Long.BYTES, length);
        output.end(RecordKind.OPERATION, BYTES);
    }

    /** Returns what is wrong with the previous rank's call, going on from its name; or null. */
    @Nullable
    String mismatch(RecordInput input) throws NonsenseException {
        ElementType theirType =
                input.length() == BYTES ? ElementType.of(input.buffer().getInt(input.start())) : null;
        if (theirType == null) {
            throw new NonsenseException("sent a call that cannot be read");
        }
        long theirNumber = input.buffer().getLong(input.start() + 2 * Integer.BYTES);
        long theirLength = input.buffer().getLong(input.start() + 2 * Integer.BYTES + Long.BYTES);
        if (theirType == vector.type() && theirNumber == number && theirLength == length) {
            return null;
        }
        return Wording.mismatch(Wording.operation(theirNumber, theirLength, theirType), rank, describe());
    }

    /** For messages. */
    String describe() {
        return Wording.operation(number, length, vector.type());
    }
}
