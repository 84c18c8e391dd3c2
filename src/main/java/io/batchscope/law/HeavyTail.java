package io.batchscope.law;

/**
 * Student's t distribution with four degrees of freedom, the noise that the fits assume: near its middle like a normal
 * one, with tails in which a wild run is no surprise, so that it moves a fit little (Lange, Little and Taylor 1989).
 */
final class HeavyTail {
    /** Degrees of freedom ν. */
    static final double DEGREES = 4;

    /** Of an interval, relative to where it lies. */
    private static final double NARROW = 1e-4;

    /** Beyond this there is next to nothing. */
    private static final double FAR = 1e4;

    private HeavyTail() {}

    /** Density at t. */
    static double density(double t) {
        double square = 1 + t * t / DEGREES;
        return 0.375 / (square * square * Math.sqrt(square));
    }

    /** P(T > t), of full relative precision in both tails: (1 − x)²·(2 + x)/4 with x = t/√(4 + t²). */
    static double survival(double t) {
        double x = place(t);
        double rest = rest(t, x);
        return rest * rest * (2 + x) / 4;
    }

    /**
     * The weight (ν + 1)/(ν + T²) of an observation, on average over all T beyond t, times P(T > t). It is the tail of a t
     * distribution with ν + 2 degrees at t·√((ν + 2)/ν): (1 − x)³·(3x² + 9x + 8)/16.
     */
    static double weightBeyond(double t) {
        double x = place(t);
        double rest = rest(t, x);
        return rest * rest * rest * (3 * x * x + 9 * x + 8) / 16;
    }

    /**
     * What is expected of T that is known to lie between two numbers, a below b, either of which may be infinite.
     *
     * @param weight of the weight w(T) = (ν + 1)/(ν + T²)
     * @param weighted of w(T)·T, over that of w(T): where the observation counts as lying
     */
    record Between(double weight, double weighted) {
        /** Of w(T)·T². */
        double square() {
            return DEGREES + 1 - DEGREES * weight;
        }

        private Between turned() {
            return new Between(weight, -weighted);
        }
    }

    static Between between(double from, double to) {
        // Tails are precise on the right.
        if (from + to < 0) {
            return between(-to, -from).turned();
        }
        double share = survival(from) - survival(to);
        // So narrow, or so far out, that differences would be of rounding.
        if (to - from < NARROW * (1 + Math.abs(from)) || !(share > 0)) {
            double middle = to < Double.POSITIVE_INFINITY ? (from + to) / 2 : from;
            return new Between((DEGREES + 1) / (DEGREES + middle * middle), middle);
        }
        double weight = (weightBeyond(from) - weightBeyond(to)) / share;
        // ∫ t·w(t)·f(t) from a to b is the density at a less that at b.
        return new Between(weight, (density(from) - density(to)) / share / weight);
    }

    /** The T of which a share u of those between two numbers lies below; u in (0, 1). */
    static double quantileBetween(double from, double to, double u) {
        double low = Math.max(from, -FAR);
        double high = Math.min(to, FAR);
        double wanted = survival(low) - u * (survival(low) - survival(high));
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (survival(middle) > wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** x, in −1 … 1. */
    private static double place(double t) {
        return Double.isInfinite(t) ? Math.signum(t) : t / Math.sqrt(DEGREES + t * t);
    }

    /** 1 − x without cancellation. */
    private static double rest(double t, double x) {
        return x > 0 ? DEGREES / ((DEGREES + t * t) * (1 + x)) : 1 - x;
    }
}
