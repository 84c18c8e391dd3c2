package io.batchscope.collective;

import java.nio.ByteBuffer;

/** Receives what {@link PlainOutput} sends. Payloads stay where they came in. */
final class PlainInput extends RecordInput {
    private static final int DATA_RECORDS = 2;

    private int start;

    private PlainInput(int capacity, int mostPayloadBytes) {
        super(ByteBuffer.allocateDirect(capacity), mostPayloadBytes);
    }

    /** Of elements. */
    static PlainInput ofData() {
        return new PlainInput(DATA_RECORDS * PlainOutput.paddedBytes(RecordOutput.DATA_BYTES), RecordOutput.DATA_BYTES);
    }

    /** Of notices only. */
    static PlainInput ofNotices() {
        return new PlainInput(2 * PlainOutput.paddedBytes(FaultNotice.MOST_BYTES), FaultNotice.MOST_BYTES);
    }

    @Override
    ByteBuffer buffer() {
        return wire();
    }

    @Override
    int start() {
        return start;
    }

    @Override
    int recordBytes(int payloadBytes) {
        return PlainOutput.paddedBytes(payloadBytes);
    }

    @Override
    void open(int headerAt, int payloadBytes) {
        start = headerAt + RecordOutput.HEADER_BYTES;
    }
}
