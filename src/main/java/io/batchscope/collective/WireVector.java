package io.batchscope.collective;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * Moves elements between a vector and the two buffers of a ring. Elements lie aligned in the buffers; indices there
 * count elements. Kept from call to call, so that an operation allocates nothing.
 */
abstract sealed class WireVector {
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
        private float[] scratch = NONE;

        OfFloats(ByteBuffer outgoing, ByteBuffer incoming) {
            super(ElementType.FLOATS);
            this.outgoing = outgoing.asFloatBuffer();
            this.incoming = incoming.asFloatBuffer();
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
            if (scratch.length == 0) {
                scratch = new float[incoming.capacity()];
            }
            // By way of an array, as the JIT vectorises loops over arrays but not over direct buffers.
            incoming.get(bufferIndex, scratch, 0, count);
            float[] sum = values;
            float[] summand = scratch;
            for (int i = 0; i < count; i++) {
                sum[into + i] += summand[i];
            }
        }
    }

    /** Of doubles. */
    static final class OfDoubles extends WireVector {
        private static final double[] NONE = {};
        private final DoubleBuffer outgoing;
        private final DoubleBuffer incoming;
        private double[] values = NONE;
        private double[] scratch = NONE;

        OfDoubles(ByteBuffer outgoing, ByteBuffer incoming) {
            super(ElementType.DOUBLES);
            this.outgoing = outgoing.asDoubleBuffer();
            this.incoming = incoming.asDoubleBuffer();
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
            if (scratch.length == 0) {
                scratch = new double[incoming.capacity()];
            }
            incoming.get(bufferIndex, scratch, 0, count);
            double[] sum = values;
            double[] summand = scratch;
            for (int i = 0; i < count; i++) {
                sum[into + i] += summand[i];
            }
        }
    }
}
