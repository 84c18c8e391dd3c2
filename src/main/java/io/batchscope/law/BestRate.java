package io.batchscope.law;

/**
 * The best of some learning rates that were tried at a batch size, known to lie in an interval: between the geometric means with
 * the next ones tried, or at an end of those tried beyond the only one.
 *
 * @param batchSize at least 1
 * @param low the best rate is not below; 0 where nothing is known
 * @param high nor above; infinite where nothing is known
 */
public record BestRate(long batchSize, double low, double high) {
    public BestRate {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1, but is " + batchSize);
        }
        new Observation(batchSize, low, high);
    }

    /** Whether both ends are known. */
    public boolean isBounded() {
        return rate().isBounded();
    }

    Observation rate() {
        return new Observation(batchSize, low, high);
    }

    /** Of 1/η, which turns the ends. */
    Observation reciprocal() {
        return new Observation(batchSize, 1 / high, 1 / low);
    }
}
