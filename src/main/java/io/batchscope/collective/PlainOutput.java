package io.batchscope.collective;

import java.nio.ByteBuffer;

/** Sends records as they are, padded to multiples of 8 bytes so that elements lie aligned. */
final class PlainOutput extends RecordOutput {
    private PlainOutput(int recordBytes) {
        super(ByteBuffer.allocateDirect(capacity(recordBytes, paddedBytes(FaultNotice.MOST_BYTES))), recordBytes);
    }

    /** Of elements. */
    static PlainOutput ofData() {
        return new PlainOutput(paddedBytes(DATA_BYTES));
    }

    /** Of notices only. */
    static PlainOutput ofNotices() {
        return new PlainOutput(0);
    }

    /** Of a record on the wire. */
    static int paddedBytes(int payloadBytes) {
        return HEADER_BYTES + (payloadBytes + 7 & -8);
    }

    @Override
    ByteBuffer buffer() {
        return wire();
    }

    @Override
    int start() {
        return wire().position() + HEADER_BYTES;
    }

    @Override
    void end(RecordKind kind, int bytes) {
        ByteBuffer wire = wire();
        int begin = wire.position();
        wire.putInt(begin, bytes).putInt(begin + Integer.BYTES, kind.code());
        wire.position(begin + recordBytes(bytes));
    }

    @Override
    int recordBytes(int payloadBytes) {
        return paddedBytes(payloadBytes);
    }
}
