package io.batchscope.fused;

/** How the running pass counts in the gradient, and where that goes; set before each pass. */
final class Weight {
    private float value = 1;
    private boolean adds;
    private float[] target = {};

    /** What each example counts for. */
    float value() {
        return value;
    }

    /** Whether the pass adds to the gradient so far; otherwise it overwrites it. */
    boolean adds() {
        return adds;
    }

    /** What the gradient so far counts for: 1 if the pass adds to it, 0 if it overwrites it. */
    float ofGradientSoFar() {
        return adds ? 1 : 0;
    }

    /** The caller's gradient, for passes that write straight into it. */
    float[] target() {
        return target;
    }

    void set(float newValue, boolean add, float[] newTarget) {
        value = newValue;
        adds = add;
        target = newTarget;
    }
}
