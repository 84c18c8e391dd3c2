package io.batchscope.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

/**
 * What one side of a connection sends: records, each of a header (bytes of the payload, kind) and a payload, little-endian.
 * Built one after the other in {@link #buffer}, then written. Records that are built once are always sent as a whole, so
 * the stream can go on with a {@link FaultNotice} at any time.
 */
abstract sealed class RecordOutput permits PlainOutput, SealedOutput {
    /** Largest payload of elements; those of a whole buffer stay in the processor's second cache. */
    static final int DATA_BYTES = 1 << 15;

    static final int HEADER_BYTES = 2 * Integer.BYTES;
    private static final int DATA_RECORDS = 4;
    /** For the record that starts an operation. */
    private static final int CONTROL_BYTES = 64;

    private final ByteBuffer wire;
    private final ByteBuffer unwritten;
    private final int roomForData;

    /**
     * @param wire for the bytes to be sent, of {@link #capacity} bytes
     * @param recordBytes at most, of a record with elements; 0 if the side sends none
     */
    RecordOutput(ByteBuffer wire, int recordBytes) {
        this.wire = wire.order(ByteOrder.LITTLE_ENDIAN);
        roomForData = roomForData(recordBytes);
        unwritten = wire.duplicate().limit(0);
    }

    /** Enough for records with elements, and, after all those, a fault's record. */
    static int capacity(int recordBytes, int faultBytes) {
        return roomForData(recordBytes) + faultBytes;
    }

    private static int roomForData(int recordBytes) {
        return DATA_RECORDS * recordBytes + CONTROL_BYTES;
    }

    /** Where payloads are built; always the same. */
    abstract ByteBuffer buffer();

    /** Byte in the buffer at which the next payload starts; a multiple of 8. */
    abstract int start();

    /** Ends the payload that has been built from {@link #start} on, with which a record is complete. */
    abstract void end(RecordKind kind, int bytes);

    /** Bytes that a record with so long a payload takes on the wire. */
    abstract int recordBytes(int payloadBytes);

    /** Whether another record of elements, as long as may be, can be built. */
    final boolean hasRoom() {
        return wire.position() + recordBytes(DATA_BYTES) <= roomForData;
    }

    /** Whether records wait to be written. */
    final boolean pending() {
        return unwritten.position() < wire.position();
    }

    /** Writes what can be written at once; returns bytes written. */
    final int write(SocketChannel channel) throws IOException {
        unwritten.limit(wire.position());
        int count = channel.write(unwritten);
        if (!unwritten.hasRemaining()) {
            wire.clear();
            unwritten.position(0);
        }
        return count;
    }

    /** Drops what waits to be written, as the other side is gone. */
    final void forget() {
        wire.clear();
        unwritten.position(0);
    }

    /** The bytes to be sent, with the position after the last. */
    final ByteBuffer wire() {
        return wire;
    }
}
