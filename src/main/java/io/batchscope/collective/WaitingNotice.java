package io.batchscope.collective;

/** A rank for which a rank waits, as that one tells a neighbour: the payload of a {@link RecordKind#WAITING} record. */
final class WaitingNotice {
    private static final int BYTES = 2 * Integer.BYTES;

    private WaitingNotice() {}

    /** Adds the record. */
    static void append(int waitedFor, RecordOutput output) {
        int start = output.start();
        output.buffer().putInt(start, waitedFor).putInt(start + Integer.BYTES, 0);
        output.end(RecordKind.WAITING, BYTES);
    }

    /** Reads the current record's payload. */
    static int read(RecordInput input, int size) throws NonsenseException {
        int waitedFor = input.length() == BYTES ? input.buffer().getInt(input.start()) : -1;
        if (waitedFor < 0 || waitedFor >= size) {
            throw new NonsenseException("sent a record that cannot be read");
        }
        return waitedFor;
    }
}
