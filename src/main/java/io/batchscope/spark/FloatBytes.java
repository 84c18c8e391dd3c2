package io.batchscope.spark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Features as they are stored when they are not image bytes: little-endian single precision. */
final class FloatBytes {
    private FloatBytes() {}

    /** A new array with the bytes of {@code values}. */
    static byte[] encode(float[] values) {
        byte[] bytes = new byte[values.length * Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return bytes;
    }
}
