package io.batchscope.data;

import org.jspecify.annotations.Nullable;

/**
 * A micro-batch as a network takes it; one buffer is filled again and again. Features are copied when it is filled, or,
 * if it is filled with {@link #fillOnDemand}, when a network takes them: a few at a time are then still in the processor's
 * cache when the network moves them on.
 *
 * <p>Rows beyond {@link #size} hold leftovers of earlier batches.
 */
public final class Batch {
    /** Features that are copied at once on demand, about: a quarter of a MiB, which fits a second-level cache. */
    private static final int PIECE_FEATURES = 1 << 16;

    private final int featureCount;
    private final double labelSmoothing;
    private final float[] features;
    private final int[] classes;
    private final float[] targets;
    private final int[] awaited;
    private @Nullable Examples source;
    private int size;
    private long copyNanos;

    /**
     * @param capacity the most examples it can hold
     * @param featureCount numbers per example
     */
    public Batch(int capacity, int featureCount) {
        this(capacity, featureCount, 0);
    }

    /**
     * @param capacity the most examples it can hold
     * @param featureCount numbers per example
     * @param labelSmoothing see {@link #labelSmoothing}
     */
    public Batch(int capacity, int featureCount, double labelSmoothing) {
        if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
            throw new IllegalArgumentException("label smoothing must be in [0, 1), but is " + labelSmoothing);
        }
        this.featureCount = featureCount;
        this.labelSmoothing = labelSmoothing;
        this.features = new float[Math.multiplyExact(capacity, featureCount)];
        this.classes = new int[capacity];
        this.targets = new float[capacity];
        this.awaited = new int[capacity];
    }

    /** What one with this capacity takes on the heap, in bytes. */
    public static long bytes(long capacity, int featureCount) {
        return capacity * ((long) featureCount * Float.BYTES + 2 * Integer.BYTES + Float.BYTES);
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

    /**
     * ε in [0, 1): in training, the label of an example counts as a distribution over all K classes, ε/K for each and 1 − ε
     * more for the true one (Szegedy et al. 2016, section 7). 0: the true class alone.
     */
    public double labelSmoothing() {
        return labelSmoothing;
    }

    /** Normalized features, {@code [size, featureCount]} row by row. */
    public float[] features() {
        if (source != null) {
            copy(source, 0, size);
            source = null;
        }
        return features;
    }

    /**
     * Gives the features of examples {@code from … to − 1} to {@code sink}, row by row: at once if they are copied, else a
     * few rows at a time, each time in the same memory.
     */
    public void give(int from, int to, Sink sink) {
        if (source == null) {
            sink.take(features, from * featureCount, (to - from) * featureCount);
            return;
        }
        int rows = Math.max(1, PIECE_FEATURES / featureCount);
        for (int row = from; row < to; row += rows) {
            int end = Math.min(to, row + rows);
            copy(source, row, end);
            sink.take(features, 0, (end - row) * featureCount);
        }
    }

    /** Takes features. */
    @FunctionalInterface
    public interface Sink {
        /** Takes {@code from[start … start + count − 1]}, which follow those of the call before. */
        void take(float[] from, int start, int count);
    }

    /** Whose features have yet to be copied; null if they are. A device that has them all need not be given copies. */
    public @Nullable Examples awaitedFrom() {
        return source;
    }

    /** Which of those examples they are, in the first {@link #size} elements. */
    public int[] awaited() {
        return awaited;
    }

    private void copy(Examples examples, int from, int to) {
        long start = System.nanoTime();
        examples.copyFeatures(awaited, from, to, features);
        copyNanos += System.nanoTime() - start;
    }

    /** Nanoseconds spent since the last call on copying features after it had been filled. */
    public long takeCopyNanos() {
        long nanos = copyNanos;
        copyNanos = 0;
        return nanos;
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
    public void fill(Examples examples, int[] indices, int from, int to) {
        label(examples, indices, from, to);
        source = null;
        examples.copyFeatures(indices, from, to, features);
    }

    /** As {@link #fill(Examples, int[], int, int)}, but copies features when they are asked for. */
    public void fillOnDemand(Examples examples, int[] indices, int from, int to) {
        label(examples, indices, from, to);
        source = examples;
        System.arraycopy(indices, from, awaited, 0, size);
    }

    /** Fills it with examples {@code from} … {@code to − 1} of another batch, whatever of that has been copied. */
    public void fill(Batch other, int from, int to) {
        size = to - from;
        source = null;
        System.arraycopy(other.classes, from, classes, 0, size);
        System.arraycopy(other.targets, from, targets, 0, size);
        if (other.source == null) {
            System.arraycopy(other.features, from * featureCount, features, 0, size * featureCount);
        } else {
            other.source.copyFeatures(other.awaited, from, to, features);
        }
    }

    private void label(Examples examples, int[] indices, int from, int to) {
        size = to - from;
        for (int row = 0; row < size; row++) {
            int index = indices[from + row];
            classes[row] = examples.classOf(index);
            targets[row] = examples.targetOf(index);
        }
    }

    /** Fills it with examples {@code from} … {@code to − 1} of {@code source}. */
    public void fill(Examples examples, int from, int to) {
        size = to - from;
        source = null;
        for (int row = 0; row < size; row++) {
            examples.copyFeatures(from + row, features, row * featureCount);
            classes[row] = examples.classOf(from + row);
            targets[row] = examples.targetOf(from + row);
        }
    }
}
