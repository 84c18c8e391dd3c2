package io.batchscope.data;

import io.batchscope.data.Manifest.Encoding;
import io.batchscope.plan.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Examples in the encoding in which they are stored (an image byte stays one byte), normalized when they are copied
 * out.
 */
public final class PackedExamples implements Examples {
    /** Examples per block: blocks keep arrays below Java's limit and allow growing without copying. */
    private static final int BLOCK = 4096;

    private final int size;
    private final int featureCount;
    private final List<byte[]> bytes;
    private final List<float[]> floats;
    private final float[] labels;
    private final boolean classification;
    private final float[] mean;
    private final float[] scale;

    private PackedExamples(Collector from) {
        this.size = from.size;
        this.featureCount = from.featureCount;
        this.bytes = List.copyOf(from.bytes);
        this.floats = List.copyOf(from.floats);
        this.labels = java.util.Arrays.copyOf(from.labels, from.size);
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
        int start = index % BLOCK * featureCount;
        if (bytes.isEmpty()) {
            float[] block = floats.get(index / BLOCK);
            for (int i = 0; i < featureCount; i++) {
                into[offset + i] = (block[start + i] - mean[i]) * scale[i];
            }
        } else {
            byte[] block = bytes.get(index / BLOCK);
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

    /** Takes stored examples one after the other. */
    public static final class Collector {
        private final Manifest manifest;
        private final int featureCount;
        private final List<byte[]> bytes = new ArrayList<>();
        private final List<float[]> floats = new ArrayList<>();
        private float[] labels;
        private int size;

        /** @param expected how many examples are expected; more are taken too */
        public Collector(Manifest manifest, int expected) {
            this.manifest = manifest;
            this.featureCount = manifest.features();
            this.labels = new float[Math.max(1, expected)];
        }

        /**
         * Adds one example.
         *
         * @param encoded features as stored, see {@link Manifest.Encoding}
         * @param label class, or raw target
         */
        public void add(ByteBuffer encoded, double label) {
            int row = size % BLOCK;
            if (manifest.encoding() == Encoding.UINT8) {
                if (row == 0) {
                    bytes.add(new byte[Math.multiplyExact(BLOCK, featureCount)]);
                }
                encoded.get(bytes.get(bytes.size() - 1), row * featureCount, featureCount);
            } else {
                if (row == 0) {
                    floats.add(new float[Math.multiplyExact(BLOCK, featureCount)]);
                }
                FloatBuffer values = encoded.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                values.get(floats.get(floats.size() - 1), row * featureCount, featureCount);
            }
            if (size == labels.length) {
                labels = java.util.Arrays.copyOf(labels, size * 2);
            }
            labels[size++] = (float) ((label - manifest.labelMean()) * manifest.labelScale());
        }

        /** The examples added so far. */
        public PackedExamples finish() {
            return new PackedExamples(this);
        }
    }
}
