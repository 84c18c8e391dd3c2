package io.batchscope.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which layer a value comes from: 0 the defaults, 1 the user's file, 2 an override. Where keys exclude each other
 * (a budget in steps or in epochs), the highest layer that gives one replaces the others of the layers below it.
 */
final class Layers {
    /** Origin of everything in the built-in defaults. */
    static final String DEFAULTS = "built-in conf/defaults.conf";
    /** How the origin of every override starts. */
    static final String OVERRIDE = "--set ";

    private Layers() {}

    /** The layer of a value; of a block, the highest layer of anything in it. Absent or null: 0. */
    static int of(@Nullable ConfigValue value) {
        if (value == null || value.valueType() == ConfigValueType.NULL) {
            return 0;
        }
        if (value instanceof ConfigObject block) {
            return block.values().stream().mapToInt(Layers::of).max().orElse(1);
        }
        String origin = value.origin().description();
        return origin.startsWith(DEFAULTS) ? 0 : origin.startsWith(OVERRIDE) ? 2 : 1;
    }

    /** Blanks what a higher layer replaces, so that the resolved configuration says one thing only. */
    static Config hideReplaced(Config config) {
        Config result = hideReplaced(config, "budget", List.of("epochs", "steps", "examples"));
        result = hideReplaced(result, "model", List.of("catalog", "dl4j"));
        result = hideModes(result);
        ConfigObject model = ConfigLoader.block(result, "study", "model");
        if (model != null && isGiven(model.get("dl4j"))) {
            for (String key : List.of("hidden", "activation", "batch-normalization")) {
                if (Layers.of(model.get(key)) < Layers.of(model.get("dl4j"))) {
                    result = blank(result, "model", key);
                }
            }
        }
        return result;
    }

    private static Config hideReplaced(Config config, String section, List<String> exclusive) {
        ConfigObject block = ConfigLoader.block(config, "study", section);
        if (block == null) {
            return config;
        }
        int top = exclusive.stream()
                .mapToInt(key -> Layers.of(block.get(key)))
                .max()
                .orElse(0);
        Config result = config;
        for (String key : exclusive) {
            if (Layers.of(block.get(key)) < top) {
                result = blank(result, section, key);
            }
        }
        return result;
    }

    /** One mode or several: what a higher layer says replaces the other. */
    private static Config hideModes(Config config) {
        ConfigObject sync = ConfigLoader.block(config, "study", "sync");
        if (sync == null || !(sync.get("compare") instanceof ConfigList compare) || compare.isEmpty()) {
            return config;
        }
        int one = Layers.of(sync.get("mode"));
        int several = Layers.of(compare);
        if (one > several) {
            return config.withValue("study.sync.compare", ConfigValueFactory.fromIterable(List.of()));
        }
        return several > one
                ? config.withValue("study.sync.mode", ConfigLoader.defaults().getValue("study.sync.mode"))
                : config;
    }

    private static boolean isGiven(@Nullable ConfigValue value) {
        return value != null && value.valueType() != ConfigValueType.NULL;
    }

    private static Config blank(Config config, String section, String key) {
        return config.withValue("study." + section + "." + key, ConfigValueFactory.fromAnyRef(null));
    }
}
