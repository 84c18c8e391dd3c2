package io.batchscope.train;

import org.jspecify.annotations.Nullable;

/**
 * Squared norms of the mean gradients of the parts of one batch, and of the batch's own: what its gradient's noise is
 * estimated from. Parts are of different examples; part i of the p parts has nᵢ of the batch's B examples and the mean
 * gradient gᵢ, and ḡ = Σ nᵢ/B·gᵢ.
 *
 * @param parts p, at least 2
 * @param weighted Σ nᵢ·‖gᵢ‖²
 * @param small the mean of ‖gᵢ‖² over the parts
 * @param big ‖ḡ‖²
 * @param examples B
 * @param population N, the training examples that batches are taken from without putting any back before an epoch's end
 */
record GradientSquares(int parts, double weighted, double small, double big, long examples, long population)
        implements NoiseSample {
    /**
     * An unbiased estimate of tr Σ, the trace of the covariance of a single example's gradient: (Σ nᵢ·‖gᵢ‖² − B·‖ḡ‖²) /
     * (p − 1), the variance between groups of any sizes. For two sizes of parts that is McCandlish et al. 2018, appendix
     * A.1; for p = S parts of B₀ examples it is B₀ times σ̂² of Johnson et al. 2020, section 3.4.
     */
    @Override
    public double noise() {
        return (weighted - examples * big) / (parts - 1);
    }

    @Override
    public double signal() {
        return NoiseSample.signal(big, noise(), examples, population);
    }

    /** The parts are the whole batch. */
    @Override
    public double partExamples() {
        return (double) examples / parts;
    }

    /** Null if a norm is not finite or there is only one part: nothing can be told from it then. */
    static @Nullable GradientSquares of(
            int parts, double weighted, double sum, double big, long examples, long population) {
        boolean finite = Double.isFinite(weighted) && Double.isFinite(sum) && Double.isFinite(big);
        return finite && parts > 1
                ? new GradientSquares(parts, weighted, sum / parts, big, examples, population)
                : null;
    }
}
