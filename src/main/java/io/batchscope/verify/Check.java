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
    /** A sampled answer may be so many standard errors off: one in 16,000 would be by chance. */
    private static final double STANDARD_ERRORS = 4;

    /**
     * How an answer was sampled.
     *
     * @param standardError of what was got
     * @param seed of the sample, so that it can be drawn again
     */
    public record Sampling(double standardError, long seed) {}

    /** One whose only error is rounding. */
    static Check exact(String name, double expected, double got, double tolerance) {
        return new Check(name, expected, got, tolerance, null);
    }

    /** One that is an average over a sample. */
    static Check sampled(String name, double expected, Sample got, long seed) {
        return new Check(
                name,
                expected,
                got.mean(),
                STANDARD_ERRORS * got.standardError(),
                new Sampling(got.standardError(), seed));
    }

    /** Whether the answer is right. */
    public boolean passes() {
        return Math.abs(got - expected) <= tolerance;
    }
}
