package io.batchscope.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.batchscope.data.DataException;
import io.batchscope.data.Manifest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** {@code manifest.json} of a data set directory, on any Hadoop file system. Its presence makes the directory a data set. */
public final class ManifestFile {
    static final String NAME = "manifest.json";
    static final int FORMAT_VERSION = 1;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            // The order of an immutable map changes from one JVM to the next; the file must not.
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, SerializationFeature.INDENT_OUTPUT)
            .build();

    private ManifestFile() {}

    /** Whether there is a data set in this directory. */
    public static boolean exists(Configuration hadoop, String directory) {
        Path file = new Path(directory, NAME);
        try {
            return file.getFileSystem(hadoop).exists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads it.
     *
     * @throws DataException if there is none, or one that this version does not understand
     */
    public static Manifest read(Configuration hadoop, String directory) {
        Path file = new Path(directory, NAME);
        try (InputStream in = file.getFileSystem(hadoop).open(file)) {
            JsonNode tree = JSON.readTree(in);
            if (!tree.isObject()) {
                throw broken(directory, "it is no JSON object", null);
            }
            JsonNode version = tree.path("format_version");
            if (version.isInt() && version.intValue() != FORMAT_VERSION) {
                throw new DataException("data set (" + directory + "): its format must be " + FORMAT_VERSION
                        + ", but is " + version.intValue()
                        + "; prepare it again with 'data prepare' of this version of Batchscope");
            }
            return JSON.treeToValue(tree, Manifest.class);
        } catch (FileNotFoundException e) {
            throw new DataException(
                    "data set (" + directory + "): it has no " + NAME + "; make it with 'data prepare --format …"
                            + " --input … --output " + directory + "'",
                    e);
        } catch (JsonProcessingException e) {
            throw broken(directory, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new DataException(
                    "data set (" + directory + "): its " + NAME + " cannot be read: " + e.getMessage()
                            + "; check the path and its permissions",
                    e);
        }
    }

    private static DataException broken(String directory, String why, @Nullable Exception cause) {
        String message = "data set (" + directory + "): its " + NAME + " is broken: " + why
                + "; delete the directory and prepare it again with 'data prepare'";
        return cause == null ? new DataException(message) : new DataException(message, cause);
    }

    /** Writes it: whole or not at all. */
    static void write(Configuration hadoop, String directory, Manifest manifest) throws IOException {
        Path file = new Path(directory, NAME);
        Path temporary = new Path(directory, "." + NAME + ".writing");
        FileSystem fileSystem = file.getFileSystem(hadoop);
        try (OutputStream out = fileSystem.create(temporary, true)) {
            out.write(JSON.writeValueAsBytes(manifest));
            out.write('\n');
        }
        if (!fileSystem.rename(temporary, file)) {
            throw new IOException("cannot rename " + temporary + " to " + file);
        }
    }
}
