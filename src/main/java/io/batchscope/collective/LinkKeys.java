package io.batchscope.collective;

import java.nio.ByteBuffer;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys of one connection, derived by HMAC-SHA256 from the run's secret and the handshake, in which both sides' nonces are.
 *
 * @param forward of what the caller sends
 * @param backward of what the listener sends
 */
record LinkKeys(SecretKey forward, SecretKey backward) {
    private static final byte FORWARD = 'F';
    private static final byte BACKWARD = 'B';

    private static SecretKey key(byte[] tag) {
        return new SecretKeySpec(tag, 0, RecordCipher.KEY_BYTES, "AES");
    }

    static LinkKeys derive(RunSecret secret, ByteBuffer hello, ByteBuffer replyHead) {
        return new LinkKeys(key(secret.tag(FORWARD, hello, replyHead)), key(secret.tag(BACKWARD, hello, replyHead)));
    }
}
