package io.batchscope.fused;

import io.batchscope.train.Replica.GradientListener;

/** Where the caller wants the gradient of the running passes, and who hears of its parts; set before each pass. */
final class Receiver {
    private float[] target = {};
    private boolean adds;
    private boolean last;
    private GradientListener listener = part -> {};

    /** The caller's gradient. */
    float[] target() {
        return target;
    }

    /** Whether the caller wants the gradient added to what it has; otherwise that is overwritten. */
    boolean adds() {
        return adds;
    }

    /** Whether the parts of the gradient are final after the running pass. */
    boolean last() {
        return last;
    }

    GradientListener listener() {
        return listener;
    }

    /** Takes what the caller wants. */
    void set(float[] newTarget, boolean add, GradientListener newListener) {
        target = newTarget;
        adds = add;
        listener = newListener;
    }

    /** Says whether the next pass is the last one of the caller's examples. */
    void isLast(boolean isLast) {
        last = isLast;
    }
}
