package io.batchscope.config;

import com.typesafe.config.ConfigValue;
import io.batchscope.units.Span;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What single values mean; null where they are something else. */
final class Values {
    private Values() {}

    /** Numbers, and texts that are numbers (a substitution from the environment is a text). */
    static @Nullable BigDecimal decimal(ConfigValue value) {
        if (value.unwrapped() instanceof Number || value.unwrapped() instanceof String) {
            try {
                return new BigDecimal(value.unwrapped().toString());
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return null;
    }

    /** A duration as {@link Span} reads it. */
    static @Nullable Span span(ConfigValue value) {
        if (value.unwrapped() instanceof String text) {
            try {
                return Span.parse(text);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        return null;
    }

    /** A size as HOCON writes it ({@code 512 MiB}, or a number of bytes), above 0; empty for anything else. */
    static OptionalLong bytes(ConfigValue value) {
        try {
            long bytes = value.atKey("size").getBytes("size");
            return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
        } catch (com.typesafe.config.ConfigException | ArithmeticException | IllegalArgumentException e) {
            return OptionalLong.empty();
        }
    }

    /** The word that stands for a constant in a configuration. */
    static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
