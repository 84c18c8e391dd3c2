package io.batchscope.law;

/**
 * y = coefficient·x^exponent for x above 0: a straight line of log y by log x.
 *
 * @param coefficient y at x = 1, above 0
 * @param exponent of any sign
 */
public record PowerLaw(double coefficient, double exponent) {
    /** y at x. */
    public double at(double x) {
        return coefficient * Math.pow(x, exponent);
    }
}
