package io.batchscope.collective;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Moves elements between a vector and the two buffers of a ring. Elements lie aligned in the buffers; indices there
 * count elements. Kept from call to call, so that an operation allocates nothing.
 */
abstract sealed class WireVector {
    /** Of what is added at a time: small enough to stay in the processor's nearest cache. */
    private static final int BLOCK_BYTES = 1 << 13;

    private final ElementType type;

    private WireVector(ElementType type) {
        this.type = type;
    }

    ElementType type() {
        return type;
    }

    /** Copies {@code count} elements to the outgoing buffer. */
    abstract void put(int bufferIndex, int from, int count);

    /** Replaces elements by those of the incoming buffer. */
    abstract void take(int bufferIndex, int into, int count);

    /** Adds the incoming buffer's elements to the vector's. */
    abstract void add(int bufferIndex, int into, int count);

    /** Of floats. */
    static final class OfFloats extends WireVector {
        private static final float[] NONE = {};
        private final FloatBuffer outgoing;
        private final FloatBuffer incoming;
        private float[] values = NONE;
        private final float[] block = new float[BLOCK_BYTES / Float.BYTES];

        OfFloats(ByteBuffer outgoing, ByteBuffer incoming) {
            super(ElementType.FLOATS);
            this.outgoing = outgoing.asFloatBuffer();
            this.incoming = incoming.asFloatBuffer();
        }

        private static void add(float[] summands, int count, float[] sums, int from) {
            for (int i = 0; i < count; i++) {
                sums[from + i] += summands[i];
            }
        }

        OfFloats on(float[] vector) {
            values = vector;
            return this;
        }

        void release() {
            values = NONE;
        }

        @Override
        void put(int bufferIndex, int from, int count) {
            outgoing.put(bufferIndex, values, from, count);
        }

        @Override
        void take(int bufferIndex, int into, int count) {
            incoming.get(bufferIndex, values, into, count);
        }

        @Override
        void add(int bufferIndex, int into, int count) {
            // By way of an array, as the JIT vectorises loops over arrays but not over buffers.
            for (int done = 0; done < count; done += block.length) {
                int some = Math.min(block.length, count - done);
                incoming.get(bufferIndex + done, block, 0, some);
                add(block, some, values, into + done);
            }
        }
    }

    /** Of doubles. */
    static final class OfDoubles extends WireVector {
        private static final double[] NONE = {};
        private final DoubleBuffer outgoing;
        private final DoubleBuffer incoming;
        private double[] values = NONE;
        private final double[] block = new double[BLOCK_BYTES / Double.BYTES];

        OfDoubles(ByteBuffer outgoing, ByteBuffer incoming) {
            super(ElementType.DOUBLES);
            this.outgoing = outgoing.asDoubleBuffer();
            this.incoming = incoming.asDoubleBuffer();
        }

        private static void add(double[] summands, int count, double[] sums, int from) {
            for (int i = 0; i < count; i++) {
                sums[from + i] += summands[i];
            }
        }

        OfDoubles on(double[] vector) {
            values = vector;
            return this;
        }

        void release() {
            values = NONE;
        }

        @Override
        void put(int bufferIndex, int from, int count) {
            outgoing.put(bufferIndex, values, from, count);
        }

        @Override
        void take(int bufferIndex, int into, int count) {
            incoming.get(bufferIndex, values, into, count);
        }

        @Override
        void add(int bufferIndex, int into, int count) {
            // By way of an array, as the JIT vectorises loops over arrays but not over buffers.
            for (int done = 0; done < count; done += block.length) {
                int some = Math.min(block.length, count - done);
                incoming.get(bufferIndex + done, block, 0, some);
                add(block, some, values, into + done);
            }
        }
    }

    /** Of integers, which are only passed on. */
    static final class OfIntegers extends WireVector {
        private static final int[] NONE = {};
        private final IntBuffer outgoing;
        private final IntBuffer incoming;
        private int[] values = NONE;

        OfIntegers(ByteBuffer outgoing, ByteBuffer incoming) {
            super(ElementType.INTEGERS);
            this.outgoing = outgoing.asIntBuffer();
            this.incoming = incoming.asIntBuffer();
        }

        OfIntegers on(int[] vector) {
            values = vector;
            return this;
        }

        void release() {
            values = NONE;
        }

        @Override
        void put(int bufferIndex, int from, int count) {
            outgoing.put(bufferIndex, values, from, count);
        }

        @Override
        void take(int bufferIndex, int into, int count) {
            incoming.get(bufferIndex, values, into, count);
        }

        @Override
        void add(int bufferIndex, int into, int count) {
            throw new IllegalStateException("integers are gathered, not summed");
        }
    }
}
