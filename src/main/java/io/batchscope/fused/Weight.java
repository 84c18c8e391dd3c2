package io.batchscope.fused;

/** How the running pass counts in the gradient; set before each pass. */
final class Weight {
    private float value = 1;
    private boolean adds;

    /** What each example counts for. */
    float value() {
        return value;
    }

    /** What the gradient so far counts for: 1 if the pass adds to it, 0 if it overwrites it. */
    float ofGradientSoFar() {
        return adds ? 1 : 0;
    }

    void set(float newValue, boolean add) {
        value = newValue;
        adds = add;
    }
}
