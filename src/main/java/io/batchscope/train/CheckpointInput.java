package io.batchscope.train;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads what {@link CheckpointOutput} wrote. */
final class CheckpointInput {
    private static final int MOST_TEXT_BYTES = 1024;

    private final InputStream in;
    private final ByteBuffer buffer = ByteBuffer.allocate(CheckpointOutput.BUFFER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
    private final CRC32C checksum = new CRC32C();

    CheckpointInput(InputStream in) {
        this.in = in;
    }

    /** The buffer with at least {@code bytes} in it, which are counted as read. */
    private ByteBuffer take(int bytes) throws IOException {
        fill(bytes);
        checksum.update(buffer.array(), buffer.position(), bytes);
        return buffer;
    }

    private void fill(int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return;
        }
        buffer.compact();
        while (buffer.position() < bytes) {
            int read = in.read(buffer.array(), buffer.position(), buffer.remaining());
            if (read < 0) {
                throw new EOFException("it ends too early");
            }
            buffer.position(buffer.position() + read);
        }
        buffer.flip();
    }

    int getInt() throws IOException {
        return take(Integer.BYTES).getInt();
    }

    long getLong() throws IOException {
        return take(Long.BYTES).getLong();
    }

    double getDouble() throws IOException {
        return Double.longBitsToDouble(take(Double.BYTES).getLong());
    }

    @Nullable
    Double getOptional() throws IOException {
        return take(1).get() == 0 ? null : getDouble();
    }

    @Nullable
    Long getOptionalLong() throws IOException {
        return take(1).get() == 0 ? null : getLong();
    }

    String getText() throws IOException {
        int length = getInt();
        if (length < 0 || length > MOST_TEXT_BYTES) {
            throw new IOException("a name of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        take(length).get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void getFloats(float[] into) throws IOException {
        for (int from = 0; from < into.length; ) {
            int count = available(into.length - from);
            ByteBuffer bytes = take(count * Float.BYTES);
            for (int i = from; i < from + count; i++) {
                into[i] = Float.intBitsToFloat(bytes.getInt());
            }
            from += count;
        }
    }

    /** Reads over so many floats. */
    void skipFloats(long count) throws IOException {
        for (long left = count; left > 0; ) {
            int now = available((int) Math.min(left, Integer.MAX_VALUE));
            int bytes = now * Float.BYTES;
            take(bytes).position(buffer.position() + bytes);
            left -= now;
        }
    }

    private int available(int wanted) throws IOException {
        fill(Float.BYTES);
        return Math.min(wanted, buffer.remaining() / Float.BYTES);
    }

    /**
     * Checks that the checksum comes next and nothing after it.
     *
     * @throws IOException if what was read is not what was written
     */
    void end() throws IOException {
        int sum = (int) checksum.getValue();
        if (getInt() != sum) {
            throw new IOException("its checksum is wrong");
        }
        if (buffer.hasRemaining() || in.read() >= 0) {
            throw new IOException("it goes on after its end");
        }
    }
}
