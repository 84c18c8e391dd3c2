package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.DataException;
import io.batchscope.data.Manifest;
import io.batchscope.data.Manifest.Encoding;
import io.batchscope.data.Manifest.SplitFiles;
import io.batchscope.data.Normalization;
import io.batchscope.data.Split;
import io.batchscope.plan.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFileTest {
    private static final Configuration HADOOP = new Configuration();

    @TempDir
    Path directory;

    private static Manifest manifest() {
        return new Manifest(
                1,
                "clothes",
                "abc",
                Task.CLASSIFICATION,
                List.of(1, 28, 28),
                Encoding.UINT8,
                List.of("hat", "shoe"),
                new Normalization(List.of(72.94f), List.of(0.0111f)),
                0,
                1,
                42,
                Map.of(
                        Split.TRAIN, new SplitFiles(3, List.of("part-00000.parquet"), List.of(1L, 2L)),
                        Split.TEST, new SplitFiles(1, List.of("part-00000.parquet"), List.of(1L, 0L))),
                Map.of("format", "idx", "input", "x"));
    }

    private DataException reading(String content) throws IOException {
        Files.writeString(directory.resolve("manifest.json"), content);
        return org.assertj.core.api.Assertions.catchThrowableOfType(
                DataException.class, () -> ManifestFile.read(HADOOP, directory.toString()));
    }

    @Test
    void readsWhatItWrote() throws IOException {
        assertThat(ManifestFile.exists(HADOOP, directory.toString())).isFalse();
        ManifestFile.write(HADOOP, directory.toString(), manifest());
        assertThat(ManifestFile.exists(HADOOP, directory.toString())).isTrue();
        assertThat(ManifestFile.read(HADOOP, directory.toString())).isEqualTo(manifest());
    }

    @Test
    void writesKeysInAFixedOrder() throws IOException {
        ManifestFile.write(HADOOP, directory.toString(), manifest());
        String text = Files.readString(directory.resolve("manifest.json"));
        assertThat(text).startsWith("{\n  \"format_version\" : 1,\n  \"name\" : \"clothes\"");
        assertThat(text.indexOf("\"TRAIN\"")).isPositive().isLessThan(text.indexOf("\"TEST\""));
        assertThat(text.indexOf("\"format\"")).isPositive().isLessThan(text.indexOf("\"input\""));
    }

    @Test
    void saysHowToMakeADataSetThatIsNotThere() {
        assertThatThrownBy(() -> ManifestFile.read(HADOOP, directory.toString()))
                .isInstanceOf(DataException.class)
                .hasMessage("data set (" + directory + "): it has no manifest.json; make it with 'data prepare"
                        + " --format … --input … --output " + directory + "'");
    }

    @Test
    void refusesAnotherFormatVersion() throws IOException {
        assertThat(reading("{\"format_version\": 2, \"future\": true}"))
                .hasMessage("data set (" + directory + "): its format must be 1, but is 2;"
                        + " prepare it again with 'data prepare' of this version of Batchscope");
    }

    @Test
    void refusesBrokenAndIncompleteJson() throws IOException {
        for (String broken : List.of("{\"format_version\": 1,", "", "[]", "{\"format_version\": 1}", "null")) {
            assertThat(reading(broken))
                    .as(broken)
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("data set (" + directory + "): its manifest.json is broken: ")
                    .hasMessageEndingWith("; delete the directory and prepare it again with 'data prepare'");
        }
    }
}
