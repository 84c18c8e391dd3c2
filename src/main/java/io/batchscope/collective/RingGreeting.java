package io.batchscope.collective;

import java.nio.ByteBuffer;

/**
 * The three messages of a ring connection's handshake; big-endian, of fixed length:
 *
 * <pre>
 * caller → listener   hello    magic, version, size, caller's rank, listener's rank, encrypted (0, 1), nonce
 * listener → caller   reply    magic, version, encrypted (0, 1), nonce, HMAC('L', hello + reply's first part)
 * caller → listener   confirm  HMAC('C', hello + reply's first part)
 * </pre>
 */
final class RingGreeting {
    static final int MAGIC = 0x42535247; // "BSRG"
    static final int VERSION = 3;
    static final int HELLO_BYTES = 6 * Integer.BYTES + RunSecret.NONCE_BYTES;
    static final int REPLY_HEAD_BYTES = 3 * Integer.BYTES + RunSecret.NONCE_BYTES;
    static final int REPLY_BYTES = REPLY_HEAD_BYTES + RunSecret.TAG_BYTES;
    static final int CONFIRM_BYTES = RunSecret.TAG_BYTES;
    /** How much of a hello is the same in every one from a rank to the next. */
    static final int HELLO_FIXED_BYTES = 5 * Integer.BYTES;

    private static final int REPLY_ENCRYPTED_AT = 2 * Integer.BYTES;
    static final byte LISTENER = 'L';
    static final byte CALLER = 'C';

    private RingGreeting() {}

    static ByteBuffer hello(int size, int caller, int listener, boolean encrypted, byte[] nonce) {
        return ByteBuffer.allocate(HELLO_BYTES)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putInt(size)
                .putInt(caller)
                .putInt(listener)
                .putInt(encrypted ? 1 : 0)
                .put(nonce)
                .flip();
    }

    /** The reply's part before the tag. */
    static ByteBuffer replyHead(boolean encrypted, byte[] nonce) {
        return ByteBuffer.allocate(REPLY_HEAD_BYTES)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putInt(encrypted ? 1 : 0)
                .put(nonce)
                .flip();
    }

    static ByteBuffer reply(ByteBuffer head, byte[] tag) {
        return ByteBuffer.allocate(REPLY_BYTES).put(head.duplicate()).put(tag).flip();
    }

    /** Whether the caller that said hello encrypts. */
    static boolean helloEncrypted(ByteBuffer hello) {
        return hello.getInt(HELLO_FIXED_BYTES) != 0;
    }

    /** Whether the listener that replied encrypts. */
    static boolean replyEncrypted(ByteBuffer reply) {
        return reply.getInt(REPLY_ENCRYPTED_AT) != 0;
    }

    /** The last 32 of the bytes received. */
    static byte[] tagAtEnd(ByteBuffer received) {
        byte[] tag = new byte[RunSecret.TAG_BYTES];
        received.get(received.limit() - tag.length, tag);
        return tag;
    }
}
