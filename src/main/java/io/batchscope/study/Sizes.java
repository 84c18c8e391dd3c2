package io.batchscope.study;

import java.util.Locale;

/** Bytes as people read them. */
public final class Sizes {
    private static final double KIB = 1 << 10;
    private static final double MIB = 1 << 20;
    private static final double GIB = 1 << 30;

    private Sizes() {}

    /** {@code 3.2 GiB}, {@code 64.0 MiB}, {@code 5.5 KiB} or {@code 12 B}. */
    public static String text(long bytes) {
        if (bytes < KIB) {
            return bytes + " B";
        }
        return bytes >= GIB ? number(bytes / GIB) + " GiB" : bytes >= MIB ? mib(bytes) : number(bytes / KIB) + " KiB";
    }

    private static String mib(long bytes) {
        return number(bytes / MIB) + " MiB";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
