package io.batchscope.train;

/** What one update tells of its gradient's noise; unbiased, and very noisy itself. */
interface NoiseSample {
    /** An estimate of tr Σ, the trace of the covariance of one example's gradient, with N − 1 in the denominator. */
    double noise();

    /** An estimate of |G|², the squared norm of the gradient of all training examples; below 0 at times. */
    double signal();

    /** Mean of the squared norms of the mean gradients of parts of the batch. */
    double small();

    /** Mean size of these parts, in examples. */
    double partExamples();

    /** Squared norm of the mean gradient of the whole batch. */
    double big();

    /**
     * What is left of a batch's squared norm without its noise, ‖ḡ‖² − tr Σ · (1/B − 1/N). 1/N is what the variance lacks
     * because no example is taken twice (Cochran 1977, section 2.5); papers that draw examples with replacement leave it out.
     */
    static double signal(double big, double noise, long examples, long population) {
        return big - noise * (1.0 / examples - 1.0 / population);
    }
}
