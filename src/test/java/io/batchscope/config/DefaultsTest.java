package io.batchscope.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DefaultsTest {
    @Test
    void holdExactlyTheKeysThatAreRead() {
        Set<String> known = new TreeSet<>(ConfigLoader.knownKeys());
        assertThat(keys().keySet()).isEqualTo(known);
    }

    @Test
    void explainEveryKey() {
        keys().forEach((key, value) -> assertThat(value.origin().comments())
                .as(key)
                .anySatisfy(comment -> assertThat(comment.strip()).hasSizeGreaterThan(15)));
    }

    /** Blocks and values by their path. */
    private static Map<String, ConfigValue> keys() {
        Map<String, ConfigValue> keys = new TreeMap<>();
        collect("", ConfigLoader.defaults().resolve().root(), keys);
        return keys;
    }

    private static void collect(String prefix, ConfigObject block, Map<String, ConfigValue> keys) {
        block.forEach((key, value) -> {
            keys.put(prefix + key, value);
            if (value instanceof ConfigObject inner) {
                collect(prefix + key + ".", inner, keys);
            }
        });
    }
}
