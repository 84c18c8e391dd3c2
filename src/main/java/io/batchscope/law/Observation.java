package io.batchscope.law;

/**
 * A measured y at some x, which may be known only to lie in an interval: between two looks, or beyond the last (censored).
 *
 * @param x above 0 and finite
 * @param low below which y is not; 0 where nothing is known
 * @param high above which y is not; infinite where nothing is known; equal to {@code low} for one that is known exactly
 */
public record Observation(double x, double low, double high) {
    public Observation {
        if (!(x > 0) || Double.isInfinite(x)) {
            throw new IllegalArgumentException("x must be above 0 and finite, but is " + x);
        }
        if (!(low >= 0)
                || !(high >= low)
                || high <= 0
                || Double.isInfinite(low)
                || (low == 0 && Double.isInfinite(high))) {
            throw new IllegalArgumentException(
                    "must lie between two numbers, one of them above 0 and finite, but lies in " + low + " to " + high);
        }
    }

    /** One that is known. */
    public static Observation exactly(double x, double y) {
        return new Observation(x, y, y);
    }

    /** One of which only is known that it is more. */
    public static Observation moreThan(double x, double low) {
        return new Observation(x, low, Double.POSITIVE_INFINITY);
    }

    /** Whether both ends are known. */
    boolean isBounded() {
        return low > 0 && !Double.isInfinite(high);
    }
}
