package io.batchscope.plan;

import java.io.Serializable;

/**
 * What a run measures about its gradients, and in which updates. Measuring never changes a run: the parameters are the same
 * to the bit with and without. Where measurements decide the pace ({@link Pace#measuresNoise}), noise is measured in every
 * update anyway.
 *
 * @param normsEvery updates between those whose norms are measured: of gradient, update and distance; 0: none
 * @param noiseEvery updates between those whose gradient noise is measured; 0: none
 * @param baseBatch the batch size that AdaScale's gain is relative to
 */
public record Measures(long normsEvery, long noiseEvery, long baseBatch) implements Serializable {
    /** Norms cost a few passes over the parameters: with so many examples between them that is little. */
    static final long EXAMPLES_PER_NORMS = 19_200;

    /** Noise costs gradients of some hundred examples besides. */
    static final long EXAMPLES_PER_NOISE = 76_800;

    /** The most updates from one measurement to the next, unless rows are further apart. */
    static final long MOST_STEPS = 600;

    /** So many measurements of norms a run has at least, however short it is, if it has as many rows. */
    static final long LEAST_NORMS = 32;

    /** Likewise of noise. */
    static final long LEAST_NOISE = 8;

    /** Nothing is. */
    public static final Measures NONE = new Measures(0, 0, 1);
}
