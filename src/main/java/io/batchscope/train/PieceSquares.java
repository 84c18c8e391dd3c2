package io.batchscope.train;

import io.batchscope.train.Replica.GradientListener;
import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds up the gradients of a share's micro-batches and, on the way, takes the squared norm of each: a part of a gradient is
 * added as soon as the replica says that it is final, while it is in the processor's cache. Places of held parameters are
 * added, but are no part of the norms.
 */
final class PieceSquares {
    private final Range[] parts;

    /** Of each part what is not held. */
    private final Range[][] free;

    private final float[] piece;
    private double square;
    private double weighted;
    private double sum;
    private int count;

    PieceSquares(Replica replica) {
        List<Range> order = replica.gradientOrder();
        this.parts = order.toArray(Range[]::new);
        this.free = new Range[parts.length][];
        Range[] allFree = new GradientParts(replica.heldParameters(), replica.parameterCount()).free();
        for (int part = 0; part < parts.length; part++) {
            free[part] = within(parts[part], allFree);
        }
        this.piece = new float[replica.parameterCount()];
    }

    private static Range[] within(Range part, Range[] ranges) {
        List<Range> within = new ArrayList<>();
        for (Range range : ranges) {
            int from = Math.max(part.from(), range.from());
            int to = Math.min(part.to(), range.to());
            if (from < to) {
                within.add(new Range(from, to));
            }
        }
        return within.toArray(Range[]::new);
    }

    /** Forgets the last update's. */
    void clear() {
        weighted = 0;
        sum = 0;
        count = 0;
    }

    /** Where to compute the gradient of a micro-batch, of which {@code into} is to be the sum. */
    float[] target(boolean first, float[] into) {
        square = 0;
        return first ? into : piece;
    }

    /** To be told of the parts of a gradient in {@link #target}; tells {@code then} when {@code into} has them. */
    GradientListener listener(boolean first, float[] into, GradientListener then) {
        return part -> {
            float[] gradient = first ? into : piece;
            for (Range range : free[part]) {
                square += SquaredNorm.of(gradient, range.from(), range.to());
            }
            if (!first) {
                add(parts[part], into);
            }
            then.onReady(part);
        };
    }

    private void add(Range range, float[] into) {
        for (int i = range.from(); i < range.to(); i++) {
            into[i] += piece[i];
        }
    }

    /** Counts the micro-batch whose gradient was complete last, of so many examples. */
    void end(int examples) {
        weighted += square / examples;
        sum += square / ((double) examples * examples);
        count++;
    }

    /** Micro-batches of the update on this rank that had examples. */
    int count() {
        return count;
    }

    /** Σ ‖pᵢ‖²/nᵢ over them, pᵢ the gradient as it was computed, nᵢ the examples. */
    double weighted() {
        return weighted;
    }

    /** Σ ‖pᵢ‖²/nᵢ². */
    double sum() {
        return sum;
    }
}
