package io.batchscope.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-128-GCM for one direction of one connection, whose key nothing else uses. The nonce counts records, so none comes twice,
 * and a record that is left out, repeated or moved is not authentic.
 */
final class RecordCipher {
    static final int KEY_BYTES = 16;
    static final int TAG_BYTES = 16;
    private static final int NONCE_BYTES = 12;

    private final int mode;
    private final SecretKey key;
    private final Cipher cipher;
    private final ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES).order(ByteOrder.BIG_ENDIAN);
    private long records;

    private RecordCipher(int mode, SecretKey key) {
        this.mode = mode;
        this.key = key;
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES/GCM/NoPadding", e);
        }
    }

    /** For the side that sends. */
    static RecordCipher sealing(SecretKey key) {
        return new RecordCipher(Cipher.ENCRYPT_MODE, key);
    }

    /** For the side that receives. */
    static RecordCipher opening(SecretKey key) {
        return new RecordCipher(Cipher.DECRYPT_MODE, key);
    }

    /**
     * Seals or opens the next record.
     *
     * @param header array of what is authenticated but not secret, in {@code HEADER_BYTES} bytes from {@code headerFrom} on
     * @return whether it is authentic; always when sealing
     */
    boolean next(byte[] header, int headerFrom, byte[] from, int start, int bytes, byte[] into, int intoStart) {
        try {
            nonce.putLong(NONCE_BYTES - Long.BYTES, records++);
            cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce.array()));
            cipher.updateAAD(header, headerFrom, RecordOutput.HEADER_BYTES);
            cipher.doFinal(from, start, bytes, into, intoStart);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refused a record of " + bytes + " bytes", e);
        }
    }
}
