package io.batchscope.collective;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What broke a ring, as one rank tells the others: the payload of a {@link RecordKind#FAULT} record.
 *
 * @param culprit the rank at fault
 * @param fault goes on from its name, such as {@code closed the connection}
 */
record FaultNotice(int culprit, String fault) {
    /** Of a payload. */
    static final int MOST_BYTES = 512;

    /** Adds the record; the fault is cut off where it is too long. */
    void appendTo(RecordOutput output) {
        byte[] text = fault.getBytes(UTF_8);
        int textBytes = Math.min(text.length, MOST_BYTES - Integer.BYTES);
        int start = output.start();
        output.buffer().putInt(start, culprit);
        ByteBuffer into = output.buffer().duplicate().clear();
        into.position(start + Integer.BYTES);
        into.put(text, 0, textBytes);
        output.end(RecordKind.FAULT, Integer.BYTES + textBytes);
    }

    /** Reads the current record's payload. */
    static FaultNotice read(RecordInput input, int size) throws NonsenseException {
        int culprit = input.length() < Integer.BYTES ? -1 : input.buffer().getInt(input.start());
        if (culprit < 0 || culprit >= size) {
            throw new NonsenseException("sent a notice of a fault that cannot be read");
        }
        byte[] text = new byte[input.length() - Integer.BYTES];
        ByteBuffer from = input.buffer().duplicate().clear();
        from.position(input.start() + Integer.BYTES);
        from.get(text);
        return new FaultNotice(culprit, new String(text, UTF_8));
    }

    /** As {@code rank} says it of itself or of another. */
    String told(int rank, List<String> addresses) {
        return (culprit == rank ? "rank " + rank : Wording.peer(culprit, addresses)) + " " + fault;
    }
}
