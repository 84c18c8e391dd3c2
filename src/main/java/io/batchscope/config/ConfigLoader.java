package io.batchscope.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import io.batchscope.plan.StudyConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a study's configuration: overrides on top of the user's file on top of {@code conf/defaults.conf}. */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * Loads and checks one file.
     *
     * @param file HOCON with a {@code study} block
     * @param sets overrides as {@code key=value}, later ones win; the key with or without {@code study.}, the value HOCON
     * @throws ConfigException with every problem: unreadable file, syntax, unknown, missing, ill-typed and out-of-range keys
     */
    public static LoadedConfig load(Path file, List<String> sets) {
        Config defaults = defaults();
        Reading reading = new Reading(file.toString(), defaults);
        Config user = parse(file, reading);
        Config overrides = Overrides.parse(sets, reading);
        reading.stopIfAnyProblem();
        Config merged = Layers.hideReplaced(resolve(overrides.withFallback(user).withFallback(defaults), reading));
        StudyConfig study = read(merged, user.root().containsKey("study") || !overrides.isEmpty(), reading);
        String json = merged.root().render(ConfigRenderOptions.concise());
        return new LoadedConfig(study, json, sha256(json));
    }

    /**
     * A study without a file: overrides on top of the defaults.
     *
     * @param sets as in {@link #load}
     * @throws ConfigException as there
     */
    public static StudyConfig of(List<String> sets) {
        Config defaults = defaults();
        Reading reading = new Reading("defaults", defaults);
        Config overrides = Overrides.parse(sets, reading);
        reading.stopIfAnyProblem();
        return read(Layers.hideReplaced(resolve(overrides.withFallback(defaults), reading)), true, reading);
    }

    /** Every key that the reader understands, as {@code study.data.path}; blocks included. */
    static Set<String> knownKeys() {
        Config defaults = defaults();
        Reading reading = new Reading("", defaults);
        Section root = new Section(reading, "", defaults.resolve().root());
        StudyReader.read(root.section("study"));
        return reading.asked();
    }

    /** The defaults as they are in the jar, unresolved. */
    static Config defaults() {
        try (InputStream stream = ConfigLoader.class.getResourceAsStream("/conf/defaults.conf")) {
            if (stream == null) {
                throw new IllegalStateException("conf/defaults.conf is missing from the class path; build again");
            }
            return ConfigFactory.parseReader(
                    new InputStreamReader(stream, StandardCharsets.UTF_8),
                    ConfigParseOptions.defaults().setOriginDescription(Layers.DEFAULTS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StudyConfig read(Config merged, boolean hasStudy, Reading reading) {
        Section root = new Section(reading, "", merged.root());
        if (!hasStudy) {
            reading.problem("no study (" + reading.file() + "): a configuration needs a block study { … }; add one");
        }
        Section study = root.section("study");
        root.refuseUnknown();
        if (!hasStudy) {
            reading.stopIfAnyProblem();
        }
        StudyConfig config = StudyReader.read(study);
        reading.stopIfAnyProblem();
        return config;
    }

    private static Config parse(Path file, Reading reading) {
        String refusal = refusal(file);
        if (refusal != null) {
            reading.problem("configuration file (" + file + "): " + refusal);
            return ConfigFactory.empty();
        }
        try {
            return ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
        } catch (com.typesafe.config.ConfigException e) {
            reading.problem(e, "syntax error", "correct the HOCON there");
            return ConfigFactory.empty();
        }
    }

    private static @Nullable String refusal(Path file) {
        if (!Files.exists(file)) {
            return "no such file; check the name, which is relative to "
                    + Path.of("").toAbsolutePath();
        }
        if (!Files.isRegularFile(file)) {
            return "not a file; name a HOCON file such as conf/smoke.conf";
        }
        return Files.isReadable(file) ? null : "not readable; change its permissions";
    }

    private static Config resolve(Config merged, Reading reading) {
        try {
            return merged.resolve();
        } catch (com.typesafe.config.ConfigException e) {
            reading.problem(e, "unresolved reference", "define it or remove it");
            reading.stopIfAnyProblem();
            throw e;
        }
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The block at {@code path} parts, if there is one. */
    static @Nullable ConfigObject block(Config config, String... path) {
        ConfigObject object = config.root();
        for (String part : path) {
            if (!(object.get(part) instanceof ConfigObject inner)) {
                return null;
            }
            object = inner;
        }
        return object;
    }
}
