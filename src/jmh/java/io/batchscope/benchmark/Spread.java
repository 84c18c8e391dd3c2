package io.batchscope.benchmark;

import java.util.Arrays;
import java.util.Locale;

/**
 * The middle of a few measurements and how far they reach.
 *
 * @param median for an even number the mean of the two in the middle
 */
record Spread(double median, double least, double most) {
    /** Of at least one value. */
    static Spread of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Round by round how many times a is b. */
    static Spread ofRatios(double[] a, double[] b) {
        double[] ratios = new double[a.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = a[i] / b[i];
        }
        return of(ratios);
    }

    /** Such as {@code 1.32 (1.25–1.41)}. */
    String text() {
        return String.format(Locale.ROOT, "%s (%s–%s)", digits(median), digits(least), digits(most));
    }

    /** Three significant digits. */
    static String digits(double value) {
        int whole = (int) Math.floor(Math.log10(Math.abs(value))) + 1;
        return String.format(Locale.ROOT, "%." + Math.max(0, Math.min(4, 3 - whole)) + "f", value);
    }
}
