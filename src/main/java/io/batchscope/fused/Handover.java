package io.batchscope.fused;

import io.batchscope.train.Replica.Range;
import java.util.List;

/** Gives the caller parts of the gradient that are final, and says so. */
final class Handover implements Step {
    /** Numbers that are added at once; they stay in the first-level cache meanwhile. */
    private static final int PIECE = 4096;

    private final Receiver receiver;
    private final boolean direct;
    private final int first;
    private final Range[] parts;
    private final Tensor[] from;
    private final float[] piece;

    /**
     * @param parts of {@link GradientOrder}
     * @param first number of the first of them
     */
    Handover(Lowering lowering, List<Range> parts, int first) {
        this.receiver = lowering.receiver();
        this.direct = lowering.direct();
        this.first = first;
        this.parts = parts.toArray(Range[]::new);
        this.from = new Tensor[this.parts.length];
        int longest = 0;
        for (int i = 0; i < from.length; i++) {
            int length = this.parts[i].to() - this.parts[i].from();
            from[i] = lowering.gradient(this.parts[i].from(), length);
            longest = Math.max(longest, length);
        }
        this.piece = new float[Math.min(PIECE, longest)];
    }

    @Override
    public void run() {
        if (!receiver.last()) {
            return;
        }
        for (int i = 0; i < parts.length; i++) {
            if (!direct) {
                give(from[i], parts[i]);
            }
            receiver.listener().onReady(first + i);
        }
    }

    private void give(Tensor gradient, Range part) {
        float[] into = receiver.target();
        int length = part.to() - part.from();
        if (!receiver.adds()) {
            gradient.data().get(into, part.from(), length);
            return;
        }
        for (int done = 0; done < length; done += piece.length) {
            int count = Math.min(piece.length, length - done);
            gradient.data().position(done).get(piece, 0, count).position(0);
            for (int i = 0; i < count; i++) {
                into[part.from() + done + i] += piece[i];
            }
        }
    }
}
