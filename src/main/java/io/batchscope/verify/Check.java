package io.batchscope.verify;

import org.jspecify.annotations.Nullable;

/**
 * One known answer beside what this program got.
 *
 * @param name what was computed, of what
 * @param expected the answer
 * @param got what came out; not a number if nothing did
 * @param tolerance how far the two may be apart, at least 0
 * @param sampling where the problem is drawn at random; null where it is not
 */
public record Check(String name, double expected, double got, double tolerance, @Nullable Sampling sampling) {
    /** A sampled answer may be so far off, relative to what is expected: no more because a sample is noisier. */
    private static final double SAMPLED_TOLERANCE = 0.03;

    /** The tolerance must be so many standard errors: by chance alone one of 16,000 right answers is then a miss. */
    private static final double STANDARD_ERRORS = 4;

    /**
     * How an answer was sampled.
     *
     * @param standardError of what was got
     * @param firstSeed of the random numbers that the first sample was drawn by
     * @param samples drawn by this seed and those that follow it, at least 1
     */
    public record Sampling(double standardError, long firstSeed, int samples) {
        /** {@code seed 7}, or {@code seeds 7 to 12}. */
        public String seeds() {
            return samples == 1 ? "seed " + firstSeed : "seeds " + firstSeed + " to " + (firstSeed + samples - 1);
        }
    }

    /** One whose only error is rounding. */
    static Check exact(String name, double expected, double got, double tolerance) {
        return new Check(name, expected, got, tolerance, null);
    }

    /** One that is an average over what a single sample shows again and again. */
    static Check sampled(String name, double expected, Sample got, long seed) {
        return sampled(name, expected, got, seed, 1);
    }

    /** One that is an average over samples with seeds from {@code firstSeed} on; it must be within 3 % of what is expected. */
    static Check sampled(String name, double expected, Sample got, long firstSeed, int samples) {
        return new Check(
                name,
                expected,
                got.mean(),
                SAMPLED_TOLERANCE * Math.abs(expected),
                new Sampling(got.standardError(), firstSeed, samples));
    }

    /** Whether the answer is right, and not by luck. */
    public boolean passes() {
        return Math.abs(got - expected) <= tolerance && !isTooNoisy();
    }

    /** Whether the sample is too noisy to tell a right answer from a wrong one, or its error is not known. */
    public boolean isTooNoisy() {
        return sampling != null && !(STANDARD_ERRORS * sampling.standardError() <= tolerance);
    }
}
