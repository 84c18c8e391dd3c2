package io.batchscope.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

/** What one side of a connection receives: the records of the other side's {@link RecordOutput}. */
abstract sealed class RecordInput permits PlainInput, SealedInput {
    private final ByteBuffer wire;
    private final int mostPayloadBytes;
    private int begin;
    private int end;
    private RecordKind kind = RecordKind.DATA;
    private int length;

    /**
     * @param wire for the bytes received, at least a record of {@code mostPayloadBytes}
     * @param mostPayloadBytes more is nonsense
     */
    RecordInput(ByteBuffer wire, int mostPayloadBytes) {
        this.wire = wire.order(ByteOrder.LITTLE_ENDIAN);
        this.mostPayloadBytes = mostPayloadBytes;
    }

    /** Where payloads are found; always the same. */
    abstract ByteBuffer buffer();

    /** Byte in the buffer at which the current payload starts; a multiple of 8. */
    abstract int start();

    /** Bytes that a record with so long a payload takes on the wire. */
    abstract int recordBytes(int payloadBytes);

    /** Makes the payload of the record at {@code headerAt} on the wire readable. */
    abstract void open(int headerAt, int payloadBytes) throws NonsenseException;

    /** Of the current record. */
    final RecordKind kind() {
        return kind;
    }

    /** Bytes of the current payload. */
    final int length() {
        return length;
    }

    /** Reads what has come, as far as there is room; returns bytes read, −1 at the end. The current record is then gone. */
    final int read(SocketChannel channel) throws IOException {
        if (begin == end) {
            begin = 0;
            end = 0;
        } else if (wire.capacity() - begin < recordBytes(mostPayloadBytes)) {
            wire.limit(end).position(begin).compact();
            end -= begin;
            begin = 0;
        }
        wire.limit(wire.capacity()).position(end);
        int count = channel.read(wire);
        end = wire.position();
        return count;
    }

    /** Goes to the next record; false if it has not come as a whole. */
    final boolean next() throws NonsenseException {
        if (end - begin < RecordOutput.HEADER_BYTES) {
            return false;
        }
        int payloadBytes = wire.getInt(begin);
        RecordKind announced = RecordKind.of(wire.getInt(begin + Integer.BYTES));
        if (announced == null || payloadBytes < 0 || payloadBytes > mostPayloadBytes) {
            throw new NonsenseException("sent bytes that are no record of a ring");
        }
        int bytes = recordBytes(payloadBytes);
        if (end - begin < bytes) {
            return false;
        }
        open(begin, payloadBytes);
        kind = announced;
        length = payloadBytes;
        begin += bytes;
        return true;
    }

    /** Forgets what has been read. */
    final void discard() {
        begin = end;
    }

    /** The bytes received. */
    final ByteBuffer wire() {
        return wire;
    }
}
