package io.batchscope.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.batchscope.units.Span;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over one block of a configuration. Its readers never throw: a bad value becomes a problem of the
 * {@link Reading} and some placeholder is returned. Once all keys have been asked for, {@link #refuseUnknown} reports
 * the others.
 */
final class Section {
    private final Reading reading;
    private final String path;
    private final ConfigObject block;
    private final Set<String> known = new LinkedHashSet<>();

    Section(Reading reading, String path, ConfigObject block) {
        this.reading = reading;
        this.path = path;
        this.block = block;
    }

    /** A block inside this one. */
    Section section(String key) {
        ConfigValue value = required(key);
        if (value != null && !(value instanceof ConfigObject)) {
            wrong(key, value, "a block { … }");
        }
        ConfigObject inner = value instanceof ConfigObject object
                ? object
                : ConfigFactory.empty().root();
        Section section = new Section(reading, pathOf(key), inner);
        if (value instanceof ConfigObject) {
            return section;
        }
        // What is missing inside a missing block is no news.
        return new Section(new Reading("", ConfigFactory.empty()), pathOf(key), inner);
    }

    /** Whether the key has a value that is not null. */
    boolean has(String key) {
        return optional(key) != null;
    }

    /** The layer that gives the key its value, see {@link Layers}. */
    int layer(String key) {
        return Layers.of(optional(key));
    }

    String text(String key) {
        ConfigValue value = required(key);
        return value == null ? "" : text(key, value);
    }

    Optional<String> optionalText(String key) {
        return Optional.ofNullable(optional(key)).map(value -> text(key, value));
    }

    List<String> texts(String key) {
        return list(key, value -> text(key, value));
    }

    double number(String key, Interval interval) {
        ConfigValue value = required(key);
        return value == null ? Double.NaN : number(key, value, interval);
    }

    Optional<Double> optionalNumber(String key, Interval interval) {
        return Optional.ofNullable(optional(key)).map(value -> number(key, value, interval));
    }

    long whole(String key, long min, long max) {
        ConfigValue value = required(key);
        return value == null ? min : whole(key, value, min, max, "");
    }

    int whole(String key, int min) {
        return Math.toIntExact(whole(key, min, Integer.MAX_VALUE));
    }

    /** An element of a list of whole numbers. */
    long whole(String key, ConfigValue element, int min) {
        return whole(key, element, min, Integer.MAX_VALUE, "");
    }

    /** A whole number, or empty where it is {@code word}. */
    OptionalLong wholeOr(String key, String word, int min) {
        ConfigValue value = required(key);
        return value == null ? OptionalLong.empty() : wholeOr(key, value, word, min);
    }

    /** A value or an element of a list: a whole number, or empty where it is {@code word}. */
    OptionalLong wholeOr(String key, ConfigValue value, String word, int min) {
        return word.equals(value.unwrapped())
                ? OptionalLong.empty()
                : OptionalLong.of(whole(key, value, min, Integer.MAX_VALUE, ", or " + word));
    }

    /** A size in memory, in bytes, or empty where it is {@code word}. */
    OptionalLong bytesOr(String key, String word) {
        ConfigValue value = required(key);
        if (value == null || word.equals(value.unwrapped())) {
            return OptionalLong.empty();
        }
        OptionalLong bytes = Values.bytes(value);
        if (bytes.isEmpty()) {
            wrong(key, value, "a size above 0 such as \"2 GiB\" (B, KiB, MiB, GiB, TiB), or " + word);
        }
        return bytes;
    }

    boolean flag(String key) {
        ConfigValue value = required(key);
        if (value != null && !(value.unwrapped() instanceof Boolean)) {
            wrong(key, value, "true or false");
        }
        return value != null && Boolean.TRUE.equals(value.unwrapped());
    }

    /** A duration; {@code minimum} 0 allows none at all. */
    Span span(String key, Interval interval) {
        ConfigValue value = required(key);
        return value == null ? new Span(0, Span.Unit.STEPS) : span(key, value, interval);
    }

    List<Span> spans(String key) {
        return list(key, value -> span(key, value, Interval.above(0)));
    }

    /** One of the words in {@code known}; those in {@code later} get an answer of their own. */
    String choice(String key, List<String> words, List<String> later) {
        ConfigValue value = required(key);
        if (value == null) {
            return words.get(0);
        }
        String word = String.valueOf(value.unwrapped());
        if (words.contains(word)) {
            return word;
        }
        String all = String.join(", ", words);
        if (later.contains(word)) {
            problem(
                    "'" + word + "' not available",
                    reading.where(value),
                    key,
                    "a known setting that this version does not have; choose one of " + all);
        } else {
            String hint = Suggestion.of(word, words)
                    .map(near -> "did you mean '" + near + "'?")
                    .orElse(reading.remedy(pathOf(key)));
            problem(
                    "wrong value for '" + key + "'",
                    reading.where(value),
                    key,
                    "must be one of " + all + ", but is " + Reading.show(value) + "; " + hint);
        }
        return words.get(0);
    }

    /** A constant of an enum, in kebab case. */
    <E extends Enum<E>> E choice(String key, Class<E> type, String... later) {
        E[] constants = type.getEnumConstants();
        List<String> words = Arrays.stream(constants).map(Values::kebab).collect(Collectors.toList());
        return constants[words.indexOf(choice(key, words, List.of(later)))];
    }

    /** Every element of a list, read by {@code element}. */
    <T> List<T> list(String key, Function<ConfigValue, T> element) {
        ConfigValue value = required(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof ConfigList list)) {
            wrong(key, value, "a list [ … ]");
            return List.of();
        }
        List<T> result = new ArrayList<>();
        for (ConfigValue entry : list) {
            result.add(element.apply(entry));
        }
        return result;
    }

    /** Every element of a list that says something, and nothing twice. */
    <T> List<T> distinct(String key, Function<ConfigValue, T> element) {
        int problems = reading.problemCount();
        List<T> elements = list(key, element);
        ConfigValue value = optional(key);
        // The placeholders of bad elements may be equal; one report is enough.
        if (value != null && reading.problemCount() == problems) {
            if (elements.isEmpty()) {
                wrong(key, value, "a list of at least one");
            } else if (new LinkedHashSet<>(elements).size() < elements.size()) {
                wrong(key, value, "a list without repeats");
            }
        }
        return elements;
    }

    /** Refuses a key that the user set to something else than its default although {@code selector} makes it meaningless. */
    void refuseUnless(boolean applies, String key, String selector, String rule) {
        ConfigValue value = optional(key);
        boolean set = Layers.of(value) > 0 && !Objects.equals(value, reading.defaultOf(pathOf(key)));
        if (!applies && value != null && set && layer(key) >= layer(selector)) {
            problem("'" + key + "' without effect", reading.where(value), key, rule + "; remove it");
        }
    }

    /** Refuses a value for a reason of the caller's. */
    void refuse(String key, String rule) {
        ConfigValue value = optional(key);
        if (value != null) {
            wrong(key, value, rule);
        }
    }

    /** Refuses this whole block. */
    void refuse(String rule) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        reading.problem("wrong block '" + name + "' (" + reading.where(block.origin()) + ", " + path + "): " + rule);
    }

    /** Refuses a block or key that the contract knows but this version does not. */
    void notYet(String key, String remedy) {
        ConfigValue value = optional(key);
        if (value != null) {
            problem(
                    "'" + key + "' not available",
                    reading.where(value),
                    key,
                    "a known setting that this version does not have; " + remedy);
        }
    }

    /** Reports every key that nobody asked for. */
    void refuseUnknown() {
        Comparator<Map.Entry<String, ConfigValue>> byPlace = Comparator.<Map.Entry<String, ConfigValue>>comparingInt(
                        entry -> entry.getValue().origin().lineNumber())
                .thenComparing(Map.Entry::getKey);
        block.entrySet().stream()
                .filter(entry -> !known.contains(entry.getKey()))
                .sorted(byPlace)
                .forEach(entry -> refuseUnknown(entry.getKey(), entry.getValue()));
    }

    private void refuseUnknown(String key, ConfigValue value) {
        String hint = Suggestion.of(key, known)
                .map(near -> "did you mean '" + near + "'?")
                .orElse("there are " + String.join(", ", known));
        problem("unknown key '" + key + "'", reading.where(value), key, "no such setting; " + hint);
    }

    /** Reports {@code <what> (<where>, <key>): <rest>}. */
    private void problem(String what, String where, String key, String rest) {
        reading.problem(what + " (" + where + ", " + pathOf(key) + "): " + rest);
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private @Nullable ConfigValue optional(String key) {
        known.add(key);
        reading.asked(pathOf(key));
        ConfigValue value = block.get(key);
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    private @Nullable ConfigValue required(String key) {
        ConfigValue value = optional(key);
        if (value == null) {
            problem(
                    "missing key '" + key + "'",
                    reading.where(block.origin()),
                    key,
                    "needs a value; add one, conf/defaults.conf explains it");
        }
        return value;
    }

    private String text(String key, ConfigValue value) {
        boolean simple = !(value instanceof ConfigObject) && !(value instanceof ConfigList);
        String text = simple ? String.valueOf(value.unwrapped()) : "";
        if (text.isBlank()) {
            wrong(key, value, "a text that is not empty");
        }
        return text;
    }

    private double number(String key, ConfigValue value, Interval interval) {
        BigDecimal number = Values.decimal(value);
        double result = number == null ? Double.NaN : number.doubleValue();
        if (!interval.contains(result)) {
            wrong(key, value, interval.describe());
        }
        return result;
    }

    private long whole(String key, ConfigValue value, long min, long max, String or) {
        BigDecimal number = Values.decimal(value);
        boolean valid = number != null
                && number.compareTo(BigDecimal.valueOf(min)) >= 0
                && number.compareTo(BigDecimal.valueOf(max)) <= 0
                && number.stripTrailingZeros().scale() <= 0;
        if (!valid || number == null) {
            wrong(key, value, "a whole number in " + min + " … " + max + or);
            return min;
        }
        return number.longValueExact();
    }

    private Span span(String key, ConfigValue value, Interval interval) {
        Span span = Values.span(value);
        if (span != null && interval.contains(span.value())) {
            return span;
        }
        wrong(
                key,
                value,
                "a duration " + (interval.contains(0) ? "" : "above 0 ")
                        + "such as \"5 epochs\" (in steps, epochs, examples or %)");
        return new Span(0, Span.Unit.STEPS);
    }

    private void wrong(String key, ConfigValue value, String rule) {
        problem(
                "wrong value for '" + key + "'",
                reading.where(value),
                key,
                "must be " + rule + ", but is " + Reading.show(value) + "; "
                        + (Layers.of(value) == 0 ? "set it" : reading.remedy(pathOf(key))));
    }
}
