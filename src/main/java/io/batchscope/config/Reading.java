package io.batchscope.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One reading of a configuration: the problems found so far, the keys asked for, and where values stand. */
final class Reading {
    private static final Pattern LINE_AT_END = Pattern.compile(": \\d+(-\\d+)?$");

    private final String file;
    private final ConfigObject defaults;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> asked = new LinkedHashSet<>();
    private int reported;

    /**
     * @param file the user's file as the user wrote it
     * @param defaults what holds where the user says nothing
     */
    Reading(String file, Config defaults) {
        this.file = file;
        this.defaults = defaults.root();
    }

    String file() {
        return file;
    }

    Set<String> asked() {
        return asked;
    }

    void asked(String path) {
        asked.add(path);
    }

    /** How many problems have been reported so far, one that was reported twice twice. */
    int problemCount() {
        return reported;
    }

    /** A value that is read in several places is shown once. */
    void problem(String line) {
        reported++;
        if (!problems.contains(line)) {
            problems.add(line);
        }
    }

    /** A problem that the HOCON parser found, in one line. */
    void problem(com.typesafe.config.ConfigException e, String what, String remedy) {
        ConfigOrigin origin = e.origin();
        String where = origin == null ? file : where(origin);
        problem(what + " (" + where + "): " + withoutOrigin(e) + "; " + remedy);
    }

    void stopIfAnyProblem() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** The parser's message without the place, which is said in brackets, and on one line. */
    static String withoutOrigin(com.typesafe.config.ConfigException e) {
        String message = String.valueOf(e.getMessage());
        ConfigOrigin origin = e.origin();
        String place = origin == null ? "" : origin.description() + ": ";
        return (message.startsWith(place) ? message.substring(place.length()) : message).replaceAll("\\s*\\R\\s*", " ");
    }

    /** {@code conf/x.conf:12}, or the override. Blocks merged from several places: where the user's file has them. */
    String where(ConfigOrigin origin) {
        String description = origin.description();
        if (description.startsWith(Layers.OVERRIDE)) {
            return LINE_AT_END.matcher(description).replaceFirst("");
        }
        if (description.startsWith("merge of ") || description.startsWith(Layers.DEFAULTS)) {
            Matcher place = Pattern.compile(Pattern.quote(file) + ": (\\d+)").matcher(description);
            return place.find() ? file + ":" + place.group(1) : file;
        }
        String name = origin.filename() == null ? file : origin.filename();
        return origin.lineNumber() < 1 ? name : name + ":" + origin.lineNumber();
    }

    /** Where a value stands; a block that only gathers dotted keys stands where the first of them does. */
    String where(ConfigValue value) {
        String where = where(value.origin());
        if (where.equals(file) && value instanceof ConfigObject block) {
            return block.values().stream()
                    .filter(inner -> Layers.of(inner) > 0)
                    .map(this::where)
                    .sorted()
                    .findFirst()
                    .orElse(where);
        }
        return where;
    }

    /** What holds where the user says nothing. */
    @Nullable
    ConfigValue defaultOf(String path) {
        ConfigValue value = defaults;
        for (String key : path.split("\\.")) {
            value = value instanceof ConfigObject block ? block.get(key) : null;
        }
        return value;
    }

    /** What to do about a bad value of a key. */
    String remedy(String path) {
        ConfigValue value = defaultOf(path);
        boolean hasDefault =
                value != null && value.valueType() != ConfigValueType.NULL && !(value instanceof ConfigObject);
        return hasDefault ? "correct it, or remove it for the default " + show(value) : "correct it";
    }

    /** A value as a person wrote it, cut where it is long. */
    static String show(@Nullable ConfigValue value) {
        String text = value == null ? "null" : value.render(ConfigRenderOptions.concise());
        return text.length() <= 80 ? text : text.substring(0, 79) + "…";
    }
}
