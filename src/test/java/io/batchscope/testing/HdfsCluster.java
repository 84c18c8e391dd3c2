package io.batchscope.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A real HDFS on this machine, Hadoop's mini cluster: one name node and one data node in a JVM of their own, reachable on
 * loopback only. Its class path is its own too, since its jar brings services that would be found in place of the JDK's.
 * It ends with {@link #close()}, and also if this JVM is killed.
 */
public final class HdfsCluster implements AutoCloseable {
    /** Where the build puts the mini cluster's jar. */
    private static final Path JARS = Path.of("target", "hdfs");

    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Pattern PORT = Pattern.compile("\"namenode_port\"\\s*:\\s*([0-9]+)");

    private final Path home;
    private final Process process;
    private final String uri;

    private HdfsCluster(Path home, Process process, String uri) {
        this.home = home;
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts one and waits until it can be written to.
     *
     * @throws IllegalStateException with its log if it is not up in 90 s; nothing is left running then
     */
    public static HdfsCluster start() throws IOException {
        Path home = Files.createTempDirectory("batchscope-hdfs");
        Path details = home.resolve("details.json");
        Process process = new ProcessBuilder(command(home, details))
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start();
        try {
            return new HdfsCluster(home, process, "hdfs://localhost:" + awaitPort(process, details, home));
        } catch (IOException | RuntimeException e) {
            end(process, home);
            throw e;
        }
    }

    private static List<String> command(Path home, Path details) throws IOException {
        if (!Files.isDirectory(JARS)) {
            throw new IllegalStateException("HDFS (" + JARS.toAbsolutePath()
                    + "): must hold Hadoop's mini cluster; run mvn pre-integration-test");
        }
        List<Path> spark = ClusterFiles.sparkJars();
        String classPath = ClusterFiles.classDirectory()
                + File.pathSeparator
                + JARS.toAbsolutePath().resolve("*")
                + File.pathSeparator
                + String.join(
                        File.pathSeparator, spark.stream().map(Path::toString).toList());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().strip().split("\\s+")));
        command.addAll(List.of(
                "-Dhdfs.minidfs.basedir=" + home.resolve("data"),
                "-cp",
                classPath,
                "io.batchscope.testing.ExitsWithParent",
                "org.apache.hadoop.test.MiniDFSClusterManager",
                "-format",
                "-datanodes",
                "1",
                "-writeDetails",
                details.toString()));
        return command;
    }

    private static int awaitPort(Process process, Path details, Path home) throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            if (Files.exists(details)) {
                Matcher port = PORT.matcher(Files.readString(details, UTF_8));
                if (port.find()) {
                    return Integer.parseInt(port.group(1));
                }
            }
            Processes.pause();
        }
        throw new IllegalStateException("HDFS did not start; log:\n" + Files.readString(home.resolve("log"), UTF_8));
    }

    /** {@code hdfs://localhost:port}. */
    public String uri() {
        return uri;
    }

    /** Ends the process, makes sure that it is not alive, and removes its files. */
    @Override
    public void close() {
        end(process, home);
    }

    private static void end(Process process, Path home) {
        try {
            Processes.end(List.of(process.toHandle()));
        } finally {
            ClusterFiles.delete(home);
        }
    }
}
