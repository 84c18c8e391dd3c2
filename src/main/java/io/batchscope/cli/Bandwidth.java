package io.batchscope.cli;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Bytes a second: {@code 1.25e9}, or with a decimal unit {@code 1.25GB}, {@code 10Gbit}, also with {@code /s} behind it. */
final class Bandwidth implements ITypeConverter<Double> {
    private static final Pattern WORDS =
            Pattern.compile("(\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?) ?(?:([kMGT]?)(B|bit)(?:/s)?)?");
    private static final Map<String, Double> FACTORS = Map.of("", 1.0, "k", 1e3, "M", 1e6, "G", 1e9, "T", 1e12);
    private static final double BITS = 8;

    @Override
    public Double convert(String value) {
        Matcher matcher = WORDS.matcher(value);
        double bytes = matcher.matches() ? bytes(matcher) : 0;
        if (!(bytes > 0) || Double.isInfinite(bytes)) {
            throw new TypeConversionException("bandwidth '" + value
                    + "' (--bandwidth): must be a number of bytes a second above 0, or one with kB, MB,"
                    + " GB, kbit, Mbit or Gbit; write 1.25GB or 10Gbit");
        }
        return bytes;
    }

    private static double bytes(Matcher matcher) {
        double number = Double.parseDouble(matcher.group(1));
        return matcher.group(3) == null
                ? number
                : number
                        * FACTORS.getOrDefault(matcher.group(2), 1.0)
                        / (matcher.group(3).equals("bit") ? BITS : 1);
    }
}
