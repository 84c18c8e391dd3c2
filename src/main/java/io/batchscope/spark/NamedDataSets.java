package io.batchscope.spark;

import io.batchscope.data.DataException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Data sets that an input can name instead of files. */
public final class NamedDataSets {
    private NamedDataSets() {}

    /** Whether this input is the name of a data set. */
    public static boolean isKnown(String input) {
        return input.equals(FashionMnist.NAME);
    }

    /**
     * Fetches a data set into a local directory.
     *
     * @throws DataException if the name is unknown, or no way to get it works
     */
    public static java.nio.file.Path fetch(String name, java.nio.file.Path output) {
        if (!isKnown(name)) {
            throw new DataException("data set (" + name + "): the ones that can be fetched are " + FashionMnist.NAME
                    + "; name one of them, or prepare your own files with 'data prepare'");
        }
        return new FashionMnist().fetch(output);
    }

    /**
     * Replaces every name in a request's input by the files it stands for, which are fetched to {@code raw/<name>}
     * beside {@code output}, so that all workers can read what they can write.
     *
     * @param output where the data set will be prepared
     */
    public static PreparationRequest resolve(PreparationRequest request, Configuration hadoop, String output) {
        List<String> files = new ArrayList<>();
        for (String input : request.input()) {
            files.add(isKnown(input) ? fetchBeside(input, hadoop, new Path(output)) : input);
        }
        return request.withInput(files);
    }

    private static String fetchBeside(String name, Configuration hadoop, Path output) {
        try {
            FileSystem fileSystem = output.getFileSystem(hadoop);
            Path raw = new Path(new Path(fileSystem.makeQualified(output).getParent(), "raw"), name);
            if (fileSystem.getUri().getScheme().equals("file")) {
                return fetch(name, java.nio.file.Path.of(raw.toUri().getPath()))
                        .toUri()
                        .toString();
            }
            if (!fileSystem.exists(raw)) {
                java.nio.file.Path local = fetch(name, java.nio.file.Files.createTempDirectory("batchscope-" + name));
                fileSystem.mkdirs(raw.getParent());
                fileSystem.copyFromLocalFile(true, true, new Path(local.toUri()), raw);
            }
            return raw.toString();
        } catch (IOException e) {
            throw new DataException(
                    "data set (" + name + "): it cannot be put beside " + output + ": " + e
                            + "; check the path and its permissions",
                    e);
        }
    }
}
