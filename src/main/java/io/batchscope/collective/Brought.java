package io.batchscope.collective;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What one rank brings to a {@link Meeting}: the ranges that it wants summed or gathered, in order. Grows, never shrinks. */
final class Brought {
    private static final int USUAL = 8;

    private @Nullable Object[] vectors = new Object[USUAL];
    private int[] froms = new int[USUAL];
    private int[] lengths = new int[USUAL];
    private int[] @Nullable [] starts = new int[USUAL][];
    private int count;
    private long before;

    /** Adds a range to be summed; {@code vector} of floats or doubles. */
    void addSum(Object vector, int from, int length) {
        add(vector, from, length, null);
    }

    /** Adds the messages of all ranks, of which this one's is in the vector. */
    void addGather(int[] vector, int[] messageStarts) {
        int from = messageStarts[0];
        add(vector, from, messageStarts[messageStarts.length - 1] - from, messageStarts);
    }

    private void add(Object vector, int from, int length, int @Nullable [] messageStarts) {
        if (count == lengths.length) {
            vectors = Arrays.copyOf(vectors, 2 * count);
            froms = Arrays.copyOf(froms, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
            starts = Arrays.copyOf(starts, 2 * count);
        }
        vectors[count] = vector;
        froms[count] = from;
        lengths[count] = length;
        starts[count] = messageStarts;
        count++;
    }

    /** Forgets them; the next range to be added is the next operation. */
    void clear() {
        Arrays.fill(vectors, 0, count, null);
        Arrays.fill(starts, 0, count, null);
        before += count;
        count = 0;
    }

    /** How many ranges. */
    int count() {
        return count;
    }

    @Nullable
    Object vector(int index) {
        return vectors[index];
    }

    /** Where a range starts in its vector. */
    int from(int index) {
        return froms[index];
    }

    /** Of a range. */
    int length(int index) {
        return lengths[index];
    }

    /** Of the messages to be gathered, or null if the range is to be summed. */
    int @Nullable [] starts(int index) {
        return starts[index];
    }

    /** The first range that is not of the same operation as the other rank's; negative if all are. */
    int firstUnlike(Brought other) {
        if (before != other.before) {
            return 0;
        }
        int both = Math.min(count, other.count);
        for (int i = 0; i < both; i++) {
            if (lengths[i] != other.lengths[i]
                    || type(i) != other.type(i)
                    || !Arrays.equals(starts[i], other.starts[i])) {
                return i;
            }
        }
        return count == other.count ? -1 : both;
    }

    /** The operation on a range, for messages. */
    String describe(int index) {
        return index < count ? Wording.operation(before + index + 1, lengths[index], type(index)) : "finish";
    }

    /** Of a range. */
    ElementType type(int index) {
        return starts[index] != null
                ? ElementType.INTEGERS
                : vectors[index] instanceof float[] ? ElementType.FLOATS : ElementType.DOUBLES;
    }
}
