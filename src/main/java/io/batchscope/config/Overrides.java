package io.batchscope.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Objects;

/** The {@code --set key=value} options of a command line as a configuration of their own. */
final class Overrides {
    private static final String VALUE = "value";

    private Overrides() {}

    /** Merges all overrides; later ones win. Bad ones become problems. */
    static Config parse(List<String> sets, Reading reading) {
        Config merged = ConfigFactory.empty();
        for (String set : sets) {
            merged = parse(set, reading).withFallback(merged);
        }
        return merged;
    }

    private static Config parse(String set, Reading reading) {
        int equals = set.indexOf('=');
        String key = equals < 0 ? "" : set.substring(0, equals).strip();
        if (key.isEmpty()) {
            reading.problem("override (" + Layers.OVERRIDE + set
                    + "): must be key=value; write for example --set learning-rate.base=0.1");
            return ConfigFactory.empty();
        }
        try {
            String path = key.equals("study") || key.startsWith("study.") ? key : "study." + key;
            ConfigUtil.splitPath(path);
            return value(set, set.substring(equals + 1), reading).atPath(path);
        } catch (com.typesafe.config.ConfigException e) {
            reading.problem("override (" + Layers.OVERRIDE + set + "): " + Reading.withoutOrigin(e)
                    + "; the key is dotted words and the value HOCON, quoted for the shell");
            return ConfigFactory.empty();
        }
    }

    private static ConfigValue value(String set, String text, Reading reading) {
        Config parsed = ConfigFactory.parseString(
                VALUE + " = " + text, ConfigParseOptions.defaults().setOriginDescription(Layers.OVERRIDE + set));
        if (parsed.root().size() != 1) {
            reading.problem("override (" + Layers.OVERRIDE + set
                    + "): must give one key one value, but gives more; write one --set for each key");
        }
        return Objects.requireNonNull(parsed.root().get(VALUE));
    }
}
