package io.batchscope.verify;

import java.util.Arrays;

/**
 * An average over independent values.
 *
 * @param standardError of the mean
 */
record Sample(double mean, double standardError) {
    /** The mean of at least two values. */
    static Sample of(double[] values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return new Sample(mean, Math.sqrt(squares / (values.length - 1) / values.length));
    }

    /** The mean of one over the mean of the other, pair by pair; its error to first order (the delta method). */
    static Sample ratio(double[] numerators, double[] denominators) {
        double below = Arrays.stream(denominators).average().orElse(Double.NaN);
        double ratio = Arrays.stream(numerators).average().orElse(Double.NaN) / below;
        double[] residuals = new double[numerators.length];
        Arrays.setAll(residuals, i -> (numerators[i] - ratio * denominators[i]) / below);
        return new Sample(ratio, of(residuals).standardError());
    }
}
