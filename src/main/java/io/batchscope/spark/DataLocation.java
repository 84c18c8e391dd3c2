package io.batchscope.spark;

import io.batchscope.data.Manifest;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A prepared data set and where it is; travels to the workers.
 *
 * @param path its directory, as a Hadoop path that means the same on every machine
 */
public record DataLocation(String path, Manifest manifest) implements Serializable {
    /**
     * Reads the manifest of a data set directory.
     *
     * @throws io.batchscope.data.DataException if there is no data set
     */
    public static DataLocation open(Configuration hadoop, String directory) {
        Manifest manifest = ManifestFile.read(hadoop, directory);
        Path path = new Path(directory);
        try {
            return new DataLocation(
                    path.getFileSystem(hadoop).makeQualified(path).toString(), manifest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
