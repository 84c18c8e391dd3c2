package io.batchscope.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.crypto.SecretKey;

/** Sends encrypted records: the header, which is authenticated, the sealed payload and its tag. */
final class SealedOutput extends RecordOutput {
    private final RecordCipher cipher;
    private final byte[] payload;
    private final ByteBuffer buffer;
    private final byte[] sealed;

    private SealedOutput(SecretKey key, byte[] payload, int recordBytes) {
        this(key, payload, new byte[capacity(recordBytes, sealedBytes(FaultNotice.MOST_BYTES))], recordBytes);
    }

    private SealedOutput(SecretKey key, byte[] payload, byte[] sealed, int recordBytes) {
        super(ByteBuffer.wrap(sealed), recordBytes);
        cipher = RecordCipher.sealing(key);
        this.payload = payload;
        this.sealed = sealed;
        buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Of elements. */
    static SealedOutput ofData(SecretKey key) {
        return new SealedOutput(key, new byte[DATA_BYTES], sealedBytes(DATA_BYTES));
    }

    /** Of notices only. */
    static SealedOutput ofNotices(SecretKey key) {
        return new SealedOutput(key, new byte[FaultNotice.MOST_BYTES], 0);
    }

    /** Of a record on the wire. */
    static int sealedBytes(int payloadBytes) {
        return HEADER_BYTES + payloadBytes + RecordCipher.TAG_BYTES;
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
    void end(RecordKind kind, int bytes) {
        ByteBuffer wire = wire();
        int begin = wire.position();
        wire.putInt(begin, bytes).putInt(begin + Integer.BYTES, kind.code());
        cipher.next(sealed, begin, payload, 0, bytes, sealed, begin + HEADER_BYTES);
        wire.position(begin + recordBytes(bytes));
    }

    @Override
    int recordBytes(int payloadBytes) {
        return sealedBytes(payloadBytes);
    }
}
