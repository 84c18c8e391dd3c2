package io.batchscope.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * What a results directory needs of a file system: renames that never merge directories, files that appear whole, and a
 * file that only one process can create.
 */
final class HadoopFiles {
    /** How the names of files end that are being written, or that a killed writer left. */
    static final String TEMPORARY = ".tmp";

    private final FileSystem fileSystem;
    private final Configuration configuration;

    HadoopFiles(Path directory, Configuration configuration) {
        this.configuration = configuration;
        this.fileSystem = io(() -> {
            FileSystem found = directory.getFileSystem(configuration);
            // The checksum file beside each local file is replaced separately, so a kill in between would spoil both.
            return found instanceof LocalFileSystem local ? local.getRawFileSystem() : found;
        });
    }

    boolean exists(Path path) {
        return io(() -> fileSystem.exists(path));
    }

    /** Names in a directory in ascending order; none if it does not exist. */
    List<String> names(Path directory) {
        return io(() -> {
            try {
                return Arrays.stream(fileSystem.listStatus(directory))
                        .map(FileStatus::getPath)
                        .map(Path::getName)
                        .sorted()
                        .toList();
            } catch (FileNotFoundException e) {
                return List.of();
            }
        });
    }

    void makeDirectories(Path directory) {
        require(io(() -> fileSystem.mkdirs(directory)), "cannot create " + directory);
    }

    /** Deletes a file or a whole directory, if it is there. */
    void delete(Path path) {
        if (exists(path)) {
            require(io(() -> fileSystem.delete(path, true)), "cannot delete " + path);
        }
    }

    /** Moves a file or directory to a name that is free. */
    void rename(Path from, Path to) {
        // Hadoop would move it *into* an existing directory.
        require(!exists(to), "cannot rename " + from + ": " + to + " exists");
        require(io(() -> fileSystem.rename(from, to)), "cannot rename " + from + " to " + to);
    }

    /** Puts a file in the place of another, or in a free place; a reader sees either one whole. */
    void replace(Path file, byte[] content) {
        replace(file, out -> out.write(content), () -> {});
    }

    /**
     * The same for content that is written piece by piece.
     *
     * @param lastCheck called when all is written and before the file gets its name; the file does not if this throws
     */
    void replace(Path file, Content content, Runnable lastCheck) {
        makeDirectories(file.getParent());
        Path temporary = new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID() + TEMPORARY);
        try {
            io(() -> {
                try (OutputStream out = fileSystem.create(temporary, true)) {
                    content.writeTo(out);
                }
                return content;
            });
            lastCheck.run();
            moveOver(temporary, file);
        } catch (RuntimeException | Error e) {
            deleteAfter(e, temporary);
            throw e;
        }
    }

    private void deleteAfter(Throwable failure, Path temporary) {
        try {
            delete(temporary);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Writes a file. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Reads a file. */
    @FunctionalInterface
    interface Reading<T> {
        T readFrom(InputStream in) throws IOException;
    }

    /** What a reading makes of a file. */
    <T> T read(Path file, Reading<T> reading) throws IOException {
        try (InputStream in = fileSystem.open(file)) {
            return reading.readFrom(in);
        }
    }

    /** Deletes a directory that is empty; leaves any other. */
    void deleteIfEmpty(Path directory) {
        if (exists(directory) && names(directory).isEmpty()) {
            try {
                fileSystem.delete(directory, false);
            } catch (IOException e) {
                // Something was put there meanwhile.
            }
        }
    }

    private void moveOver(Path temporary, Path file) {
        if (fileSystem instanceof RawLocalFileSystem) {
            require(io(() -> fileSystem.rename(temporary, file)), "cannot replace " + file);
        } else {
            moveOverRemote(temporary, file);
        }
    }

    /** As HDFS does it; {@code FileSystem.rename} would refuse an existing file there. */
    void moveOverRemote(Path temporary, Path file) {
        io(() -> {
            FileContext.getFileContext(fileSystem.getUri(), configuration)
                    .rename(temporary, file, Options.Rename.OVERWRITE);
            return file;
        });
    }

    /** Creates a file unless it exists; of several processes that try, one succeeds. */
    boolean createNew(Path file, byte[] content) {
        return io(() -> {
            if (fileSystem instanceof RawLocalFileSystem local) {
                // Hadoop's own check on local disks is not atomic.
                try {
                    Files.write(local.pathToFile(file).toPath(), content, StandardOpenOption.CREATE_NEW);
                    return true;
                } catch (FileAlreadyExistsException e) {
                    return false;
                }
            }
            try (OutputStream out = fileSystem.create(file, false)) {
                out.write(content);
                return true;
            } catch (IOException e) {
                if (fileSystem.exists(file)) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** The content of a text file; empty if there is no such file. */
    Optional<String> text(Path file) {
        return io(() -> {
            try (var in = fileSystem.open(file)) {
                return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (FileNotFoundException e) {
                return Optional.empty();
            }
        });
    }

    private static void require(boolean done, String problem) {
        if (!done) {
            throw new UncheckedIOException(new IOException(problem));
        }
    }

    private interface Operation<T> {
        T run() throws IOException;
    }

    private static <T> T io(Operation<T> operation) {
        try {
            return operation.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
