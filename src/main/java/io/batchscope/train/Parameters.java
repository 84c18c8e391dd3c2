package io.batchscope.train;

import java.io.Serializable;

/** A network's parameters, flat, in the model's own order. */
public final class Parameters implements Serializable {
    private static final long serialVersionUID = 1L;

    private final float[] values;

    /** Takes the array over. */
    public Parameters(float[] values) {
        this.values = values;
    }

    /** The values themselves, not a copy. */
    public float[] values() {
        return values;
    }
}
