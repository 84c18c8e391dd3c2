package io.batchscope.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.batchscope.units.Span;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
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
    private final @Nullable Section below;
    private final Set<String> known;

    Section(Reading reading, String path, ConfigObject block) {
        this(reading, path, block, null, Set.of());
    }

    private Section(
            Reading reading, String path, ConfigObject block, @Nullable Section below, Collection<String> known) {
        this.reading = reading;
        this.path = path;
        this.block = block;
        this.below = below;
        this.known = new LinkedHashSet<>(known);
    }

    /** What is missing inside a missing block is no news. */
    private static Section missing(String path) {
        return new Section(
                new Reading("", ConfigFactory.empty()),
                path,
                ConfigFactory.empty().root());
    }

    /** This block, whose keys go over those of another one. */
    Section over(Section other) {
        return new Section(reading, path, block, other, known);
    }

    /** A block inside this one. */
    Section section(String key) {
        Setting setting = required(key);
        Section section = setting == null ? null : setting.section();
        if (setting != null && section == null) {
            setting.wrong("a block { … }");
        }
        return section != null ? section : missing(pathOf(key));
    }

    /** A block inside this one, if it is there, whose keys go over those of another one. */
    Section sectionOver(String key, Section other) {
        Section own = has(key)
                ? section(key)
                : new Section(reading, pathOf(key), ConfigFactory.empty().root());
        return own.over(other);
    }

    /** Whether the key has a value that is not null. */
    boolean has(String key) {
        return optional(key) != null;
    }

    String text(String key) {
        Setting setting = required(key);
        return setting == null ? "" : setting.text();
    }

    Optional<String> optionalText(String key) {
        return Optional.ofNullable(optional(key)).map(Setting::text);
    }

    List<String> texts(String key) {
        return list(key, Setting::text);
    }

    double number(String key, Interval interval) {
        Setting setting = required(key);
        return setting == null ? Double.NaN : setting.number(interval);
    }

    Optional<Double> optionalNumber(String key, Interval interval) {
        return Optional.ofNullable(optional(key)).map(setting -> setting.number(interval));
    }

    long whole(String key, long min, long max) {
        Setting setting = required(key);
        return setting == null ? min : setting.whole(min, max);
    }

    int whole(String key, int min) {
        return Math.toIntExact(whole(key, min, Integer.MAX_VALUE));
    }

    /** A whole number, or empty where it is {@code word}. */
    OptionalLong wholeOr(String key, String word, int min) {
        Setting setting = required(key);
        return setting == null ? OptionalLong.empty() : setting.wholeOr(word, min);
    }

    /** A size in memory, in bytes, or empty where it is {@code word}. */
    OptionalLong bytesOr(String key, String word) {
        Setting setting = required(key);
        return setting == null ? OptionalLong.empty() : setting.bytesOr(word);
    }

    boolean flag(String key) {
        Setting setting = required(key);
        return setting != null && setting.flag();
    }

    /** A duration. */
    Span span(String key, Interval interval) {
        Setting setting = required(key);
        return setting == null ? new Span(0, Span.Unit.STEPS) : setting.span(interval);
    }

    /** A duration, where a bare number means steps. */
    Span spanOrSteps(String key, Interval interval) {
        Setting setting = required(key);
        return setting == null ? new Span(0, Span.Unit.STEPS) : setting.spanOrSteps(interval);
    }

    /** A duration; empty where it is {@code open}, and 0 where it is {@code none}. */
    Optional<Span> spanOr(String key, String open, String none, Interval interval) {
        Setting setting = required(key);
        return setting == null ? Optional.empty() : setting.spanOr(open, none, interval);
    }

    List<Span> spans(String key) {
        return list(key, setting -> setting.span(Interval.above(0)));
    }

    /** One of the words in {@code known}; those in {@code later} get an answer of their own. */
    String choice(String key, List<String> words, List<String> later) {
        Setting setting = required(key);
        return setting == null ? words.get(0) : setting.choice(words, later);
    }

    /** A constant of an enum, in kebab case. */
    <E extends Enum<E>> E choice(String key, Class<E> type, String... later) {
        Setting setting = required(key);
        return setting == null ? type.getEnumConstants()[0] : setting.choice(type, later);
    }

    /** Every element of a list, read by {@code element}. */
    <T> List<T> list(String key, Function<Setting, T> element) {
        Setting setting = required(key);
        return setting == null ? List.of() : setting.list(element);
    }

    boolean isList(String key) {
        Setting setting = optional(key);
        return setting != null && setting.value() instanceof ConfigList;
    }

    /** The elements of a list, each with a key of its own such as {@code list[0]}. */
    List<Setting> elements(String key) {
        Setting setting = required(key);
        return setting == null ? List.of() : setting.elements();
    }

    /** Every element of a list that says something, and nothing twice. */
    <T> List<T> distinct(String key, Function<Setting, T> element) {
        int problems = reading.problemCount();
        List<T> elements = distinctOrNone(key, element);
        Setting setting = optional(key);
        if (setting != null && reading.problemCount() == problems && elements.isEmpty()) {
            setting.wrong("a list of at least one");
        }
        return elements;
    }

    /** Every element of a list, which may be empty, and nothing twice. */
    <T> List<T> distinctOrNone(String key, Function<Setting, T> element) {
        int problems = reading.problemCount();
        List<T> elements = list(key, element);
        Setting setting = optional(key);
        // The placeholders of bad elements may be equal; one report is enough.
        boolean sound = setting != null && reading.problemCount() == problems;
        if (sound && setting != null && new LinkedHashSet<>(elements).size() < elements.size()) {
            setting.wrong("a list without repeats");
        }
        return elements;
    }

    /**
     * Refuses a key of this block that the user set to something else than its default although {@code selector} makes it
     * meaningless.
     */
    void refuseUnless(boolean applies, String key, String selector, String rule) {
        Setting setting = optional(key);
        if (applies || setting == null || inherits(key)) {
            return;
        }
        int layer = Layers.of(setting.value());
        boolean set = layer > 0 && !Objects.equals(setting.value(), reading.defaultOf(setting.path()));
        if (set && layer >= layer(selector)) {
            setting.problem("'" + key + "' without effect", rule + "; remove it");
        }
    }

    /** The layer that gives the key its value, see {@link Layers}. */
    private int layer(String key) {
        Setting setting = optional(key);
        return setting == null ? 0 : Layers.of(setting.value());
    }

    /** Refuses a value for a reason of the caller's. */
    void refuse(String key, String rule) {
        Setting setting = optional(key);
        if (setting != null) {
            setting.wrong(rule);
        }
    }

    /** Refuses this whole block. */
    void refuse(String rule) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        reading.problem("wrong block '" + name + "' (" + reading.where(block.origin()) + ", " + path + "): " + rule);
    }

    /** Refuses a block or key that the contract knows but this version does not. */
    void notYet(String key, String remedy) {
        Setting setting = optional(key);
        if (setting != null) {
            setting.problem(
                    "'" + key + "' not available", "a known setting that this version does not have; " + remedy);
        }
    }

    /** Reports every key of this block that nobody asked for. */
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
        new Setting(reading, pathOf(key), value).problem("unknown key '" + key + "'", "no such setting; " + hint);
    }

    /** Whether the key is not in this block, but may be in the one below. */
    boolean inherits(String key) {
        return below != null && !block.containsKey(key);
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private @Nullable Setting optional(String key) {
        known.add(key);
        if (below != null && inherits(key)) {
            return below.optional(key);
        }
        reading.asked(pathOf(key));
        ConfigValue value = block.get(key);
        return value == null || value.valueType() == ConfigValueType.NULL
                ? null
                : new Setting(reading, pathOf(key), value);
    }

    private @Nullable Setting required(String key) {
        Setting setting = optional(key);
        if (below != null && inherits(key)) {
            return below.required(key);
        }
        if (setting == null) {
            reading.problem("missing key '" + key + "' (" + reading.where(block.origin()) + ", " + pathOf(key)
                    + "): needs a value; add one, conf/defaults.conf explains it");
        }
        return setting;
    }
}
