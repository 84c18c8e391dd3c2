package io.batchscope.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** {@code --fresh}: earlier results are moved aside, never deleted. */
final class ResultsAside {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT);

    private ResultsAside() {}

    static void move(SparkSession session, String output) {
        Path directory = new Path(output);
        try {
            FileSystem fileSystem =
                    directory.getFileSystem(session.sparkContext().hadoopConfiguration());
            if (!fileSystem.exists(directory)) {
                return;
            }
            Path aside = directory.suffix(
                    ".before-" + LocalDateTime.now(ZoneOffset.UTC).format(STAMP));
            if (!fileSystem.rename(directory, aside)) {
                throw new IOException("rename refused");
            }
            System.err.println("note: earlier results were moved to " + aside);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot move " + output + " aside: " + e.getMessage(), e);
        }
    }
}
