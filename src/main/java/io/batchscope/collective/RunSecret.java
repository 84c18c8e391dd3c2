package io.batchscope.collective;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What the ranks of one run know and nobody else does; proves it by HMAC-SHA256 without telling it. */
final class RunSecret {
    static final int TAG_BYTES = 32;
    static final int NONCE_BYTES = 32;
    private static final int LEAST_BYTES = 16;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    RunSecret(byte[] secret) {
        if (secret.length < LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "secret must have at least " + LEAST_BYTES + " bytes, but has " + secret.length);
        }
        key = new SecretKeySpec(secret, "HmacSHA256");
    }

    /** Fresh random bytes for one handshake. */
    byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    /** HMAC-SHA256 of the side's mark and everything said so far; the mark keeps one side from echoing the other. */
    byte[] tag(byte side, ByteBuffer said, ByteBuffer answered) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(side);
            mac.update(said.duplicate());
            mac.update(answered.duplicate());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** Compares in constant time. */
    static boolean same(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }
}
