package io.batchscope.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Writes numbers little-endian, with a checksum of all of them; needs one buffer whatever the length. */
final class CheckpointOutput {
    static final int BUFFER_BYTES = 1 << 16;

    private final OutputStream out;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C checksum = new CRC32C();

    CheckpointOutput(OutputStream out) {
        this.out = out;
    }

    private ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void flush() throws IOException {
        checksum.update(buffer.array(), 0, buffer.position());
        out.write(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    void putInt(int value) throws IOException {
        room(Integer.BYTES).putInt(value);
    }

    void putLong(long value) throws IOException {
        room(Long.BYTES).putLong(value);
    }

    void putDouble(double value) throws IOException {
        room(Double.BYTES).putLong(Double.doubleToRawLongBits(value));
    }

    /** One byte that says whether there is a number, and then the number. */
    void putOptional(@Nullable Double value) throws IOException {
        room(1).put((byte) (value == null ? 0 : 1));
        if (value != null) {
            putDouble(value);
        }
    }

    void putOptional(@Nullable Long value) throws IOException {
        room(1).put((byte) (value == null ? 0 : 1));
        if (value != null) {
            putLong(value);
        }
    }

    /** The length in bytes, then UTF-8. */
    void putText(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        putInt(bytes.length);
        room(bytes.length).put(bytes);
    }

    void putFloats(float[] values) throws IOException {
        for (int from = 0; from < values.length; ) {
            int count = Math.min(values.length - from, room(Float.BYTES).remaining() / Float.BYTES);
            for (int i = from; i < from + count; i++) {
                buffer.putInt(Float.floatToRawIntBits(values[i]));
            }
            from += count;
        }
    }

    /** The checksum, and all that is still in the buffer. */
    void end() throws IOException {
        flush();
        int sum = (int) checksum.getValue();
        buffer.putInt(sum);
        out.write(buffer.array(), 0, buffer.position());
        out.flush();
    }
}
