package io.batchscope.analysis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them, the same on every machine. What was not measured is an en dash. */
public final class NumberText {
    /** Stands for a value that was not measured. */
    public static final String NOT_MEASURED = "–";

    private static final double KIB = 1 << 10;
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};
    private static final String[] OPERATIONS = {"MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP"};

    private NumberText() {}

    /** A whole number with thousands separated: {@code 60,000}. */
    public static String count(@Nullable Long value) {
        return value == null ? NOT_MEASURED : String.format(Locale.ROOT, "%,d", value);
    }

    /** With so many digits after the point. */
    public static String fixed(@Nullable Double value, int digits) {
        if (value == null || !Double.isFinite(value)) {
            return NOT_MEASURED;
        }
        String text = String.format(Locale.ROOT, "%,." + digits + "f", value);
        // A tiny negative number must not read as minus zero.
        return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
    }

    /** To three significant digits, whole above 100: {@code 0.0123}, {@code 4.5}, {@code 12,346}. */
    public static String significant(@Nullable Double value) {
        if (value == null || !Double.isFinite(value)) {
            return NOT_MEASURED;
        }
        double size = Math.abs(value);
        if (size >= 100) {
            return fixed(value, 0);
        }
        if (size == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros();
        return size < 1e-4 ? rounded.toString() : rounded.toPlainString();
    }

    /** An interval of something above 0, an end of which is open where it is 0, infinite or not a number: {@code 12 to 34}, {@code up to 34}. */
    static String between(double low, double high) {
        boolean from = low > 0 && Double.isFinite(low);
        boolean to = high > 0 && Double.isFinite(high);
        if (from && to) {
            return significant(low) + " to " + significant(high);
        }
        return from ? "from " + significant(low) + " on" : to ? "up to " + significant(high) : "open on both sides";
    }

    /** A size in memory: {@code 3.2 GiB}, {@code 64.0 MiB}, {@code 5.5 KiB} or {@code 12 B}. */
    public static String bytes(long bytes) {
        if (bytes < KIB) {
            return bytes + " B";
        }
        double value = bytes / KIB;
        int unit = 0;
        while (value >= KIB && unit < UNITS.length - 1) {
            value /= KIB;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** Floating-point operations: {@code 4.71 TFLOP}, {@code 1.24 MFLOP}. */
    public static String operations(double operations) {
        double value = operations / 1e6;
        int unit = 0;
        while (value >= 1000 && unit < OPERATIONS.length - 1) {
            value /= 1000;
            unit++;
        }
        return significant(value) + " " + OPERATIONS[unit];
    }

    /** A share of 1 as a percentage: {@code 12 %}. */
    public static String percent(@Nullable Double share) {
        return share == null || !Double.isFinite(share) ? NOT_MEASURED : fixed(share * 100, 0) + " %";
    }

    /** By what share of 1 something is more or less: {@code +1.2 %}. */
    public static String signedPercent(@Nullable Double share) {
        return share == null || !Double.isFinite(share)
                ? NOT_MEASURED
                : String.format(Locale.ROOT, "%+.1f %%", 100 * share);
    }

    /** A share of 1, between 0 and 1, such as an accuracy, as a percentage with two digits: {@code 88.42 %}. */
    public static String accuracy(@Nullable Double share) {
        return share == null || !Double.isFinite(share) ? NOT_MEASURED : fixed(share * 100, 2) + " %";
    }

    /** {@code 1 seed}, {@code 3 seeds}. */
    public static String counted(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }
}
