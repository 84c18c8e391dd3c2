package io.batchscope.data;

import io.batchscope.data.Manifest.Encoding;
import io.batchscope.plan.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Examples in the encoding in which they are stored (an image byte stays one byte), normalized when they are copied
 * out.
 */
public final class PackedExamples implements Examples {
    /** Numbers per block, about: blocks keep arrays below Java's limit and allow growing without copying. */
    private static final int BLOCK_NUMBERS = 1 << 20;
    /** Bytes that are fetched from memory ahead of being normalized; they must fit the first-level cache. */
    private static final int FETCHED_BYTES = 1 << 15;

    private static final int CACHE_LINE_BYTES = 64;

    private final int size;
    private final int featureCount;
    private final int blockExamples;
    private final List<byte[]> bytes;
    private final List<float[]> floats;
    private final float[] labels;
    private final boolean classification;
    private final float[] mean;
    private final float[] scale;
    /** What each byte stands for where all features have the same mean and scale; empty where they do not. */
    private final float[] byteValues;

    private PackedExamples(Collector from) {
        this.size = from.size;
        this.featureCount = from.featureCount;
        this.blockExamples = from.blockExamples;
        this.bytes = List.copyOf(from.bytes);
        this.floats = List.copyOf(from.floats);
        this.labels = Arrays.copyOf(from.labels, from.size);
        this.classification = from.manifest.task() == Task.CLASSIFICATION;
        this.mean = spread(from.manifest.normalization().mean(), featureCount);
        this.scale = spread(from.manifest.normalization().scale(), featureCount);
        boolean alike = from.manifest.normalization().mean().size() == 1;
        this.byteValues = new float[alike ? 256 : 0];
        for (int value = 0; value < byteValues.length; value++) {
            byteValues[value] = (value - mean[0]) * scale[0];
        }
    }

    private static float[] spread(List<Float> values, int count) {
        float[] spread = new float[count];
        for (int i = 0; i < count; i++) {
            spread[i] = values.get(values.size() == 1 ? 0 : i);
        }
        return spread;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int featureCount() {
        return featureCount;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        Objects.checkIndex(index, size);
        int start = index % blockExamples * featureCount;
        if (bytes.isEmpty()) {
            normalize(floats.get(index / blockExamples), start, into, offset);
        } else if (byteValues.length == 0) {
            normalize(bytes.get(index / blockExamples), start, into, offset);
        } else {
            lookUp(bytes.get(index / blockExamples), start, into, offset);
        }
    }

    private void normalize(float[] block, int start, float[] into, int offset) {
        for (int i = 0; i < featureCount; i++) {
            into[offset + i] = (block[start + i] - mean[i]) * scale[i];
        }
    }

    private void normalize(byte[] block, int start, float[] into, int offset) {
        for (int i = 0; i < featureCount; i++) {
            into[offset + i] = ((block[start + i] & 0xff) - mean[i]) * scale[i];
        }
    }

    /** The same bits as {@link #normalize}; Java 17 does not vectorize the conversion of bytes, and this is half of it. */
    private void lookUp(byte[] block, int start, float[] into, int offset) {
        float[] values = byteValues;
        for (int i = 0; i < featureCount; i++) {
            into[offset + i] = values[block[start + i] & 0xff];
        }
    }

    @Override
    public void copyFeatures(int[] indices, int from, int to, float[] into) {
        int ahead = bytes.isEmpty() ? 1 : Math.max(1, FETCHED_BYTES / featureCount);
        for (int start = from; start < to; start += ahead) {
            int end = Math.min(to, start + ahead);
            if (end - start > 1 && fetch(indices, start, end) == Integer.MIN_VALUE) {
                throw new AssertionError("so few bytes have no such sum; asking keeps the reads from being left out");
            }
            for (int i = start; i < end; i++) {
                copyFeatures(indices[i], into, (i - from) * featureCount);
            }
        }
    }

    /**
     * Reads a byte of every cache line of the examples. They lie scattered in memory, and these reads wait side by side
     * where those of a conversion wait one after the other.
     *
     * @return the sum of what was read
     */
    private int fetch(int[] indices, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            int index = Objects.checkIndex(indices[i], size);
            byte[] block = bytes.get(index / blockExamples);
            int start = index % blockExamples * featureCount;
            for (int j = 0; j < featureCount; j += CACHE_LINE_BYTES) {
                sum += block[start + j];
            }
            sum += block[start + featureCount - 1];
        }
        return sum;
    }

    @Override
    public int classOf(int index) {
        return classification ? (int) labels[index] : 0;
    }

    @Override
    public float targetOf(int index) {
        return classification ? 0 : labels[index];
    }

    /** Bytes of memory that it takes, about. */
    public long memoryBytes() {
        long numbers = (long) blockExamples * featureCount;
        return bytes.size() * numbers + floats.size() * numbers * Float.BYTES + (long) labels.length * Float.BYTES;
    }

    /** Takes stored examples one after the other. Not to be used after {@link #finish}. */
    public static final class Collector {
        private final Manifest manifest;
        private final int featureCount;
        private final int blockExamples;
        private final List<byte[]> bytes = new ArrayList<>();
        private final List<float[]> floats = new ArrayList<>();
        private float[] labels;
        private int size;

        /** @param expected how many examples are expected; more are taken too */
        public Collector(Manifest manifest, int expected) {
            this.manifest = manifest;
            this.featureCount = manifest.features();
            this.blockExamples = Math.max(1, BLOCK_NUMBERS / featureCount);
            this.labels = new float[Math.max(1, expected)];
        }

        /**
         * Adds one example behind the others.
         *
         * @param encoded features as stored, see {@link Manifest.Encoding}
         * @param label class, or raw target
         * @throws IllegalArgumentException if {@code encoded} does not hold one example
         */
        public void add(ByteBuffer encoded, double label) {
            put(size, encoded, label);
        }

        /**
         * Puts one example at {@code index}; those below may follow later, and all must before {@link #finish}.
         *
         * @param encoded features as stored, see {@link Manifest.Encoding}
         * @param label class, or raw target
         * @throws IllegalArgumentException if {@code encoded} does not hold one example
         */
        public void put(int index, ByteBuffer encoded, double label) {
            int wanted = featureCount * (manifest.encoding() == Encoding.UINT8 ? 1 : Float.BYTES);
            if (encoded.remaining() != wanted) {
                throw new IllegalArgumentException(
                        "an example has " + wanted + " bytes of features, but here are " + encoded.remaining());
            }
            int block = index / blockExamples;
            int start = index % blockExamples * featureCount;
            if (manifest.encoding() == Encoding.UINT8) {
                while (bytes.size() <= block) {
                    bytes.add(new byte[blockExamples * featureCount]);
                }
                encoded.duplicate().get(bytes.get(block), start, featureCount);
            } else {
                while (floats.size() <= block) {
                    floats.add(new float[blockExamples * featureCount]);
                }
                FloatBuffer values =
                        encoded.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                values.get(floats.get(block), start, featureCount);
            }
            if (index >= labels.length) {
                labels = Arrays.copyOf(labels, Math.max(index + 1, labels.length * 2));
            }
            labels[index] = (float) ((label - manifest.labelMean()) * manifest.labelScale());
            size = Math.max(size, index + 1);
        }

        /** The examples added so far. */
        public PackedExamples finish() {
            return new PackedExamples(this);
        }
    }
}
