package io.batchscope.analysis;

import org.jspecify.annotations.Nullable;

/** Whether one batch size does worse than another. */
enum Comparison {
    WORSE,
    NOT_WORSE,
    /** The seeds differ too much to say. */
    UNDECIDED;

    /**
     * With the noise known: worse if the deficit exceeds it, not worse if deficit and noise together stay within the
     * margin. With one seed: the deficit against the margin alone.
     *
     * @param deficit how much worse the mean is; negative if better
     * @param noise half the width of the deficit's 95 % interval; null with one seed
     * @param margin what would not matter
     */
    static Comparison of(double deficit, @Nullable Double noise, double margin) {
        if (noise == null) {
            return deficit > margin ? WORSE : NOT_WORSE;
        }
        if (deficit > noise) {
            return WORSE;
        }
        return deficit + noise <= margin ? NOT_WORSE : UNDECIDED;
    }
}
