package io.batchscope.data;

/**
 * A micro-batch as a network takes it; one buffer is filled again and again.
 *
 * <p>Rows beyond {@link #size} hold leftovers of earlier batches.
 */
public final class Batch {
    private final int featureCount;
    private final float[] features;
    private final int[] classes;
    private final float[] targets;
    private int size;

    /**
     * @param capacity the most examples it can hold
     * @param featureCount numbers per example
     */
    public Batch(int capacity, int featureCount) {
        this.featureCount = featureCount;
        this.features = new float[Math.multiplyExact(capacity, featureCount)];
        this.classes = new int[capacity];
        this.targets = new float[capacity];
    }

    /** What one with this capacity takes on the heap, in bytes. */
    public static long bytes(long capacity, int featureCount) {
        return capacity * ((long) featureCount * Float.BYTES + Integer.BYTES + Float.BYTES);
    }

    /** Examples in it. */
    public int size() {
        return size;
    }

    /** Numbers per example. */
    public int featureCount() {
        return featureCount;
    }

    /** The most examples it can hold. */
    public int capacity() {
        return classes.length;
    }

    /** Normalized features, {@code [size, featureCount]} row by row. */
    public float[] features() {
        return features;
    }

    /** Class of each example (classification). */
    public int[] classes() {
        return classes;
    }

    /** Target of each example, normalized (regression). */
    public float[] targets() {
        return targets;
    }

    /** Fills it with the given examples of {@code source}, in that order. */
    public void fill(Examples source, int[] indices, int from, int to) {
        size = to - from;
        source.copyFeatures(indices, from, to, features);
        for (int row = 0; row < size; row++) {
            int index = indices[from + row];
            classes[row] = source.classOf(index);
            targets[row] = source.targetOf(index);
        }
    }

    /** Fills it with examples {@code from} … {@code to − 1} of {@code source}. */
    public void fill(Examples source, int from, int to) {
        size = to - from;
        for (int row = 0; row < size; row++) {
            source.copyFeatures(from + row, features, row * featureCount);
            classes[row] = source.classOf(from + row);
            targets[row] = source.targetOf(from + row);
        }
    }
}
