package io.batchscope.law;

/**
 * Student's t distribution with four degrees of freedom, the noise that the fits assume: near its middle like a normal
 * one, with tails in which a wild run is no surprise, so that it moves a fit little (Lange, Little and Taylor 1989).
 */
final class HeavyTail {
    /** Degrees of freedom ν. */
    static final double DEGREES = 4;

    private HeavyTail() {}

    /** Density at t. */
    static double density(double t) {
        double square = 1 + t * t / DEGREES;
        return 0.375 / (square * square * Math.sqrt(square));
    }

    /** P(T > t), of full relative precision in both tails: (1 − x)²·(2 + x)/4 with x = t/√(4 + t²). */
    static double survival(double t) {
        double x = t / Math.sqrt(DEGREES + t * t);
        double rest = rest(t, x);
        return rest * rest * (2 + x) / 4;
    }

    /**
     * The weight (ν + 1)/(ν + T²) of an observation, on average over all T beyond t, times P(T > t). It is the tail of a t
     * distribution with ν + 2 degrees at t·√((ν + 2)/ν): (1 − x)³·(3x² + 9x + 8)/16.
     */
    static double weightBeyond(double t) {
        double x = t / Math.sqrt(DEGREES + t * t);
        double rest = rest(t, x);
        return rest * rest * rest * (3 * x * x + 9 * x + 8) / 16;
    }

    /** 1 − x without cancellation. */
    private static double rest(double t, double x) {
        return x > 0 ? DEGREES / ((DEGREES + t * t) * (1 + x)) : 1 - x;
    }
}
