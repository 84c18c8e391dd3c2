package io.batchscope.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

    /** Rows of the table of all keys: a block, its keys. */
    @Test
    void areAllInTheTableOfTheDocumentation() throws IOException {
        Set<String> documented = new TreeSet<>();
        List<String> rows = Files.readAllLines(Path.of("src", "docs", "configuration.md")).stream()
                .dropWhile(line -> !line.equals("| block | keys | what |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        for (String row : rows) {
            String[] cells = row.split("\\|", -1);
            String block = cells[1].strip().replace("`", "");
            String prefix = block.equals("study") ? "study." : "study." + block + ".";
            Arrays.stream(cells[2].split(","))
                    .map(key -> prefix + key.strip().replace("`", ""))
                    .forEach(key -> assertThat(documented.add(key)).as(key).isTrue());
        }
        Set<String> values = new TreeSet<>();
        keys().forEach((key, value) -> {
            if (!(value instanceof ConfigObject)) {
                values.add(key);
            }
        });
        assertThat(documented).isEqualTo(values);
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
