package io.batchscope.train;

import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The elements of a gradient apart from those in the places of {@linkplain Replica#heldParameters held} parameters. What
 * stands there is no gradient but what they are to be lowered by, such as the change of running statistics; it has another
 * size and is summed as it is.
 */
final class GradientParts {
    private final Range[] free;
    private final Range[] held;
    private final int length;
    private final int freeLength;

    /**
     * The parts of {@code length} elements.
     *
     * @param held as {@link Replica#heldParameters}
     */
    GradientParts(List<Range> held, int length) {
        List<Range> between = new ArrayList<>();
        List<Range> joined = Range.joined(held);
        int end = 0;
        int heldLength = 0;
        for (Range range : joined) {
            between.add(new Range(end, range.from()));
            end = range.to();
            heldLength += range.to() - range.from();
        }
        between.add(new Range(end, length));
        this.free = between.toArray(Range[]::new);
        this.held = joined.toArray(Range[]::new);
        this.length = length;
        this.freeLength = length - heldLength;
    }

    /** All elements. */
    int length() {
        return length;
    }

    /** Elements that are a gradient. */
    int freeLength() {
        return freeLength;
    }

    /** Where they are, in ascending order; may be empty ranges. */
    Range[] free() {
        return free;
    }

    /** Whether an element of the others is not 0. */
    boolean anyHeld(float[] gradient) {
        for (Range range : held) {
            for (int i = range.from(); i < range.to(); i++) {
                if (gradient[i] != 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether all of the others are finite. */
    boolean heldIsFinite(float[] gradient) {
        for (Range range : held) {
            for (int i = range.from(); i < range.to(); i++) {
                if (!Float.isFinite(gradient[i])) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Sums the others over all ranks. All ranks call it. */
    void sumHeld(Collective collective, float[] gradient) {
        sum(held, collective, gradient);
    }

    /** Sums the elements that are a gradient over all ranks. All ranks call it. */
    void sumFree(Collective collective, float[] gradient) {
        sum(free, collective, gradient);
    }

    private static void sum(Range[] ranges, Collective collective, float[] gradient) {
        for (Range range : ranges) {
            collective.begin(gradient, range.from(), range.to());
        }
        collective.finish();
    }

    /** Sets the elements that are a gradient to 0. */
    void clearFree(float[] gradient) {
        for (Range range : free) {
            Arrays.fill(gradient, range.from(), range.to(), 0f);
        }
    }

    /** Multiplies the elements that are a gradient. */
    void scaleFree(float[] gradient, float factor) {
        for (Range range : free) {
            for (int i = range.from(); i < range.to(); i++) {
                gradient[i] *= factor;
            }
        }
    }
}
