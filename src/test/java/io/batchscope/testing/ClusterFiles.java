package io.batchscope.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What clusters of tests are made of, and what they leave. */
final class ClusterFiles {
    private ClusterFiles() {}

    /** The jars a Spark installation would have: as the build lists them, or else (before it has) all of this JVM's. */
    static List<Path> sparkJars() throws IOException {
        Path listed = Path.of("target", "spark.classpath").toAbsolutePath();
        String path = Files.exists(listed)
                ? Files.readString(listed, UTF_8).strip()
                : System.getProperty("java.class.path", "");
        return Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1))
                .filter(entry -> entry.endsWith(".jar"))
                .map(Path::of)
                .toList();
    }

    /** Where the test classes are. */
    static Path classDirectory() {
        try {
            return Path.of(ClusterFiles.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException("the test classes have no place", e);
        }
    }

    /** The last lines that the processes of a cluster wrote there. */
    static String logs(Path home) {
        StringBuilder logs = new StringBuilder();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : sorted(files.filter(ClusterFiles::isLog))) {
                List<String> lines = Files.readString(file, UTF_8).lines().toList();
                logs.append("== ").append(home.relativize(file)).append('\n');
                lines.stream().skip(Math.max(0, lines.size() - 40)).forEach(line -> logs.append(line)
                        .append('\n'));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return logs.toString();
    }

    private static boolean isLog(Path file) {
        return file.toString().endsWith(".log") || file.endsWith("stderr");
    }

    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = new ArrayList<>(sorted(files));
            java.util.Collections.reverse(deepestFirst);
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Collection<Path> sorted(Stream<Path> files) {
        return files.sorted().toList();
    }
}
