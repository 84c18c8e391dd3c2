package io.batchscope.config;

import java.math.BigDecimal;

/**
 * The numbers a setting may take.
 *
 * @param min the least one
 * @param minIncluded whether {@code min} itself is allowed
 * @param max the greatest one; infinite for none
 * @param maxIncluded whether {@code max} itself is allowed
 */
record Interval(double min, boolean minIncluded, double max, boolean maxIncluded) {
    static Interval above(double min) {
        return new Interval(min, false, Double.POSITIVE_INFINITY, false);
    }

    static Interval atLeast(double min) {
        return new Interval(min, true, Double.POSITIVE_INFINITY, false);
    }

    boolean contains(double value) {
        return Double.isFinite(value)
                && (minIncluded ? value >= min : value > min)
                && (maxIncluded ? value <= max : value < max);
    }

    /** "a number above 0" or "a number in [0, 1)". */
    String describe() {
        if (Double.isInfinite(max)) {
            return "a number " + (minIncluded ? "of at least " : "above ") + plain(min);
        }
        return "a number in " + (minIncluded ? "[" : "(") + plain(min) + ", " + plain(max) + (maxIncluded ? "]" : ")");
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
