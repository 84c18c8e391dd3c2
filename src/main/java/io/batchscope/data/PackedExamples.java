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

    private final int size;
    private final int featureCount;
    private final int blockExamples;
    private final List<byte[]> bytes;
    private final List<float[]> floats;
    private final float[] labels;
    private final boolean classification;
    private final float[] mean;
    private final float[] scale;

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
            float[] block = floats.get(index / blockExamples);
            for (int i = 0; i < featureCount; i++) {
                into[offset + i] = (block[start + i] - mean[i]) * scale[i];
            }
        } else {
            byte[] block = bytes.get(index / blockExamples);
            for (int i = 0; i < featureCount; i++) {
                into[offset + i] = ((block[start + i] & 0xff) - mean[i]) * scale[i];
            }
        }
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
