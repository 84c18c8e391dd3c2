package io.batchscope.collective;

import java.nio.ByteBuffer;

/**
 * The three messages of a ring connection's handshake; big-endian, of fixed length:
 *
 * <pre>
 * caller → listener   hello    magic, version, size, caller's rank, listener's rank, nonce
 * listener → caller   reply    magic, version, nonce, HMAC('L', hello + reply's first part)
 * caller → listener   confirm  HMAC('C', hello + reply's first part)
 * </pre>
 */
final class RingGreeting {
    static final int MAGIC = 0x42535247; // "BSRG"
    static final int VERSION = 1;
    static final int HELLO_BYTES = 5 * Integer.BYTES + RunSecret.NONCE_BYTES;
    static final int REPLY_HEAD_BYTES = 2 * Integer.BYTES + RunSecret.NONCE_BYTES;
    static final int REPLY_BYTES = REPLY_HEAD_BYTES + RunSecret.TAG_BYTES;
    static final int CONFIRM_BYTES = RunSecret.TAG_BYTES;
    static final byte LISTENER = 'L';
    static final byte CALLER = 'C';

    private RingGreeting() {}

    static ByteBuffer hello(int size, int caller, int listener, byte[] nonce) {
        return ByteBuffer.allocate(HELLO_BYTES)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putInt(size)
                .putInt(caller)
                .putInt(listener)
                .put(nonce)
                .flip();
    }

    /** The reply's part before the tag. */
    static ByteBuffer replyHead(byte[] nonce) {
        return ByteBuffer.allocate(REPLY_HEAD_BYTES)
                .putInt(MAGIC)
                .putInt(VERSION)
                .put(nonce)
                .flip();
    }

    static ByteBuffer reply(ByteBuffer head, byte[] tag) {
        return ByteBuffer.allocate(REPLY_BYTES).put(head.duplicate()).put(tag).flip();
    }

    /** The last 32 of the bytes received. */
    static byte[] tagAtEnd(ByteBuffer received) {
        byte[] tag = new byte[RunSecret.TAG_BYTES];
        received.get(received.limit() - tag.length, tag);
        return tag;
    }
}
