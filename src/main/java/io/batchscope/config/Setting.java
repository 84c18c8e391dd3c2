package io.batchscope.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.batchscope.units.Span;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value of a configuration and the key that it is of. Its readers never throw: a bad value becomes a problem of the
 * {@link Reading} and some placeholder is returned.
 *
 * @param path the key in full; of an element of a list that of the list, or its own such as {@code a.list[0]}
 */
record Setting(Reading reading, String path, ConfigValue value) {
    String text() {
        boolean simple = !(value instanceof ConfigObject) && !(value instanceof ConfigList);
        String text = simple ? String.valueOf(value.unwrapped()) : "";
        if (text.isBlank()) {
            wrong("a text that is not empty");
        }
        return text;
    }

    double number(Interval interval) {
        BigDecimal number = Values.decimal(value);
        double result = number == null ? Double.NaN : number.doubleValue();
        if (!interval.contains(result)) {
            wrong(interval.describe());
        }
        return result;
    }

    long whole(long min, long max) {
        return whole(min, max, "");
    }

    private long whole(long min, long max, String or) {
        BigDecimal number = Values.decimal(value);
        boolean valid = number != null
                && number.compareTo(BigDecimal.valueOf(min)) >= 0
                && number.compareTo(BigDecimal.valueOf(max)) <= 0
                && number.stripTrailingZeros().scale() <= 0;
        if (!valid || number == null) {
            wrong("a whole number in " + min + " … " + max + or);
            return min;
        }
        return number.longValueExact();
    }

    /** A whole number, or empty where it is {@code word}. */
    OptionalLong wholeOr(String word, int min) {
        return word.equals(value.unwrapped())
                ? OptionalLong.empty()
                : OptionalLong.of(whole(min, Integer.MAX_VALUE, ", or " + word));
    }

    /** A size in memory, in bytes, or empty where it is {@code word}. */
    OptionalLong bytesOr(String word) {
        if (word.equals(value.unwrapped())) {
            return OptionalLong.empty();
        }
        OptionalLong bytes = Values.bytes(value);
        if (bytes.isEmpty()) {
            wrong("a size above 0 such as \"2 GiB\" (B, KiB, MiB, GiB, TiB), or " + word);
        }
        return bytes;
    }

    boolean flag() {
        if (!(value.unwrapped() instanceof Boolean)) {
            wrong("true or false");
        }
        return Boolean.TRUE.equals(value.unwrapped());
    }

    /** A duration with its unit. */
    Span span(Interval interval) {
        return span(interval, Values.span(value), "such as \"5 epochs\" (in steps, epochs, examples or %)");
    }

    /** A duration with its unit, or a whole number of steps. */
    Span spanOrSteps(Interval interval) {
        BigDecimal number = Values.decimal(value);
        boolean steps = number != null
                && number.signum() >= 0
                && number.stripTrailingZeros().scale() <= 0;
        return span(
                interval,
                steps && number != null ? new Span(number.doubleValue(), Span.Unit.STEPS) : Values.span(value),
                "such as \"8 steps\" (steps, epochs, examples or %), or a whole number of steps");
    }

    /** A duration with its unit; empty where it is {@code open}, and 0 where it is {@code none}. */
    Optional<Span> spanOr(String open, String none, Interval interval) {
        if (open.equals(value.unwrapped())) {
            return Optional.empty();
        }
        return none.equals(value.unwrapped())
                ? Optional.of(new Span(0, Span.Unit.STEPS))
                : Optional.of(span(interval, Values.span(value), "such as \"50 steps\", " + open + " or " + none));
    }

    private Span span(Interval interval, @Nullable Span span, String forms) {
        if (span != null && interval.contains(span.value())) {
            return span;
        }
        wrong("a duration " + (interval.contains(0) ? "" : "above 0 ") + forms);
        return new Span(0, Span.Unit.STEPS);
    }

    /** One of the words in {@code known}; those in {@code later} get an answer of their own. */
    String choice(List<String> words, List<String> later) {
        String word = String.valueOf(value.unwrapped());
        if (words.contains(word)) {
            return word;
        }
        String all = String.join(", ", words);
        if (later.contains(word)) {
            problem(
                    "'" + word + "' not available",
                    "a known setting that this version does not have; choose one of " + all);
        } else {
            String hint = Suggestion.of(word, words)
                    .map(near -> "did you mean '" + near + "'?")
                    .orElse(reading.remedy(path));
            problem("wrong value for '" + key() + "'", "must be one of " + all + ", but is " + shown() + "; " + hint);
        }
        return words.get(0);
    }

    /** A constant of an enum, in kebab case. */
    <E extends Enum<E>> E choice(Class<E> type, String... later) {
        E[] constants = type.getEnumConstants();
        List<String> words = Arrays.stream(constants).map(Values::kebab).toList();
        return constants[words.indexOf(choice(words, List.of(later)))];
    }

    /** The block that it is, if it is one. */
    @Nullable
    Section section() {
        return value instanceof ConfigObject block ? new Section(reading, path, block) : null;
    }

    /** Every element of a list, read by {@code element}; elements carry the key of the list. */
    <T> List<T> list(Function<Setting, T> element) {
        List<T> result = new ArrayList<>();
        if (value instanceof ConfigList list) {
            list.forEach(entry -> result.add(element.apply(new Setting(reading, path, entry))));
        } else {
            wrong("a list [ … ]");
        }
        return result;
    }

    /** The elements of a list, each with a key of its own. */
    List<Setting> elements() {
        List<Setting> all = list(element -> element);
        List<Setting> elements = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            elements.add(new Setting(reading, path + "[" + i + "]", all.get(i).value()));
        }
        return elements;
    }

    /** Refuses the value. */
    void wrong(String rule) {
        problem(
                "wrong value for '" + key() + "'",
                "must be " + rule + ", but is " + shown() + "; "
                        + (Layers.of(value) == 0 ? "set it" : reading.remedy(path)));
    }

    /** Reports {@code <what> (<where>, <key>): <rest>}. */
    void problem(String what, String rest) {
        reading.problem(what + " (" + reading.where(value) + ", " + path + "): " + rest);
    }

    private String key() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    private String shown() {
        return Reading.show(value);
    }
}
