package io.batchscope.spark;

import io.batchscope.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One file of input.
 *
 * @param path fully qualified
 * @param bytes its length
 */
record SourceFile(String path, long bytes) implements Serializable {
    private static final int BUFFER_BYTES = 1 << 16;

    /** The last part of the path: what messages call it. */
    String name() {
        return new Path(path).getName();
    }

    /**
     * The files that paths, directories (searched to the bottom, hidden files left out) and patterns stand for, in the order of
     * the list, each entry's files by path.
     *
     * @throws DataException if an entry stands for no file
     */
    static List<SourceFile> list(Configuration hadoop, List<String> inputs) {
        List<SourceFile> files = new ArrayList<>();
        for (String input : inputs) {
            List<SourceFile> found = new ArrayList<>();
            try {
                Path pattern = new Path(input);
                FileSystem fileSystem = pattern.getFileSystem(hadoop);
                FileStatus[] matches = fileSystem.globStatus(pattern);
                for (FileStatus match : matches == null ? new FileStatus[0] : matches) {
                    collect(fileSystem, match, found);
                }
            } catch (IOException | IllegalArgumentException e) {
                throw new DataException(
                        "input (" + input + "): it cannot be read: " + e.getMessage()
                                + "; check the path and its permissions",
                        e);
            }
            if (found.isEmpty()) {
                throw new DataException("input (" + input + "): it must be a file, a directory with files or a pattern"
                        + " that matches some, but there is none; check the path");
            }
            found.sort(Comparator.comparing(SourceFile::path));
            files.addAll(found);
        }
        return files.stream().distinct().toList();
    }

    private static void collect(FileSystem fileSystem, FileStatus status, List<SourceFile> into) throws IOException {
        if (status.isFile()) {
            into.add(new SourceFile(status.getPath().toString(), status.getLen()));
            return;
        }
        for (FileStatus child : fileSystem.listStatus(status.getPath())) {
            String name = child.getPath().getName();
            if (!name.startsWith(".") && !name.startsWith("_")) {
                collect(fileSystem, child, into);
            }
        }
    }

    /** Opens it for reading. */
    InputStream open(Configuration hadoop) throws IOException {
        Path file = new Path(path);
        return file.getFileSystem(hadoop).open(file, BUFFER_BYTES);
    }

    /** SHA-256 of its bytes, in hexadecimal. */
    String sha256(Configuration hadoop) {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = open(hadoop)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
