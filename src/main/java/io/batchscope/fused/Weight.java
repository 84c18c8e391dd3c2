package io.batchscope.fused;

/** What each example counts for in the gradient; set before each pass. */
final class Weight {
    private float value = 1;

    float value() {
        return value;
    }

    void set(float newValue) {
        value = newValue;
    }
}
