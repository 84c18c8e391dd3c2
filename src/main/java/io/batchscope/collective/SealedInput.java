package io.batchscope.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.crypto.SecretKey;

/** Receives what {@link SealedOutput} sends. */
final class SealedInput extends RecordInput {
    private static final int DATA_RECORDS = 2;

    private final RecordCipher cipher;
    private final byte[] sealed;
    private final byte[] payload;
    private final ByteBuffer buffer;

    private SealedInput(SecretKey key, byte[] sealed, byte[] payload) {
        super(ByteBuffer.wrap(sealed), payload.length);
        cipher = RecordCipher.opening(key);
        this.sealed = sealed;
        this.payload = payload;
        buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Of elements. */
    static SealedInput ofData(SecretKey key) {
        return new SealedInput(
                key,
                new byte[DATA_RECORDS * SealedOutput.sealedBytes(RecordOutput.DATA_BYTES)],
                new byte[RecordOutput.DATA_BYTES]);
    }

    /** Of notices only. */
    static SealedInput ofNotices(SecretKey key) {
        return new SealedInput(
                key, new byte[2 * SealedOutput.sealedBytes(FaultNotice.MOST_BYTES)], new byte[FaultNotice.MOST_BYTES]);
    }

    @Override
    ByteBuffer buffer() {
        return buffer;
    }

    @Override
    int start() {
        return 0;
    }

    @Override
    int recordBytes(int payloadBytes) {
        return SealedOutput.sealedBytes(payloadBytes);
    }

    @Override
    void open(int headerAt, int payloadBytes) throws NonsenseException {
        int sealedAt = headerAt + RecordOutput.HEADER_BYTES;
        int sealedBytes = payloadBytes + RecordCipher.TAG_BYTES;
        if (!cipher.next(sealed, headerAt, sealed, sealedAt, sealedBytes, payload, 0)) {
            throw new NonsenseException("sent a record that is not authentic");
        }
    }
}
