package io.batchscope.train;

import io.batchscope.train.Replica.Range;
import java.util.List;

/**
 * What stands in a gradient in the places of {@linkplain Replica#heldParameters held} parameters. It is no gradient but what
 * they are to be lowered by, such as the change of running statistics, and has another size: it is summed as it is.
 */
final class HeldGradient {
    private final Range[] ranges;
    private final float[] values;

    /** @param held as {@link Replica#heldParameters} */
    HeldGradient(List<Range> held) {
        this.ranges = Range.joined(held).toArray(Range[]::new);
        int length = 0;
        for (Range range : ranges) {
            length += range.to() - range.from();
        }
        this.values = new float[length];
    }

    /** How many elements there are. */
    int length() {
        return values.length;
    }

    /**
     * Moves them out of the gradient and leaves zeros.
     *
     * @return whether any of them is not 0
     */
    boolean takeFrom(float[] gradient) {
        int at = 0;
        boolean any = false;
        for (Range range : ranges) {
            for (int i = range.from(); i < range.to(); i++) {
                values[at++] = gradient[i];
                any |= gradient[i] != 0;
                gradient[i] = 0;
            }
        }
        return any;
    }

    /** Whether what was moved out is finite. */
    boolean finite() {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Sums over all ranks what was moved out. All ranks call it. */
    void sum(Collective collective) {
        collective.allReduceSum(values, 0, values.length);
    }

    /** Moves them back. */
    void putInto(float[] gradient) {
        int at = 0;
        for (Range range : ranges) {
            int count = range.to() - range.from();
            System.arraycopy(values, at, gradient, range.from(), count);
            at += count;
        }
    }
}
