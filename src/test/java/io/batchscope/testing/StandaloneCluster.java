package io.batchscope.testing;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A real Spark standalone cluster on this machine: a master and workers, each in a JVM of its own, reachable on loopback
 * only. Needs no Spark installation. All its processes end with {@link #close()}, and also if this JVM is killed.
 */
public final class StandaloneCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    /** Another process may take a port between its choice and its use. */
    private static final int PORT_TRIES = 3;

    private final Path home;
    private final List<Process> processes = new ArrayList<>();
    private final int workers;
    private String masterUrl = "";
    private int webPort;

    private StandaloneCluster(Path home, int workers) {
        this.home = home;
        this.workers = workers;
    }

    /**
     * Starts a cluster and waits until all workers have registered.
     *
     * @param workers how many
     * @param cores of each worker
     * @param memory of each worker, as Spark writes it: {@code 1g}
     * @throws IllegalStateException with the tail of the logs if it is not up in 90 s; nothing is left running then
     */
    public static StandaloneCluster start(int workers, int cores, String memory) throws IOException {
        return start(Collections.nCopies(workers, ""), cores, memory);
    }

    /**
     * Likewise, with workers that offer GPUs as {@code submit/gpu-discovery.sh} finds them.
     *
     * @param gpus a worker each: the addresses of its GPUs with commas between; empty: it has none
     */
    public static StandaloneCluster start(List<String> gpus, int cores, String memory) throws IOException {
        int workers = gpus.size();
        StandaloneCluster cluster = new StandaloneCluster(Files.createTempDirectory("batchscope-cluster"), workers);
        try {
            cluster.linkSparkJars();
            cluster.startMaster();
            for (int worker = 0; worker < workers; worker++) {
                cluster.startWorker(worker, cores, memory, gpus.get(worker));
            }
            cluster.awaitWorkers(workers);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** {@code spark://127.0.0.1:port}. */
    public String masterUrl() {
        return masterUrl;
    }

    /** A directory with the jars of a Spark installation. */
    public Path jars() {
        return home.resolve("jars");
    }

    /** Where worker {@code worker} keeps a directory for each application and, in it, one for each executor. */
    public Path workDirectory(int worker) {
        return home.resolve("work-" + worker);
    }

    /** Everything now running: master, workers and what these have started (executors), even if its parent is gone. */
    public List<ProcessHandle> runningProcesses() {
        Stream<ProcessHandle> family =
                Processes.family(processes.stream().map(Process::toHandle).toList()).stream();
        // Every process of this cluster names its home on its command line.
        Stream<ProcessHandle> named = ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(home + "/"));
        return Stream.concat(family, named)
                .filter(ProcessHandle::isAlive)
                .distinct()
                .toList();
    }

    /** Ends every process of the cluster, makes sure that none is alive, and removes its files. */
    @Override
    public void close() {
        try {
            Processes.end(runningProcesses());
            // What was being started meanwhile.
            Processes.end(runningProcesses());
        } finally {
            ClusterFiles.delete(home);
        }
    }

    private void linkSparkJars() throws IOException {
        Path jars = Files.createDirectory(home.resolve("jars"));
        for (Path jar : ClusterFiles.sparkJars()) {
            Path link = jars.resolve(jar.getFileName());
            if (Files.notExists(link)) {
                Files.createSymbolicLink(link, jar);
            }
        }
    }

    private void startMaster() throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            webPort = freePort();
            Process master = launch(
                    "master",
                    List.of(),
                    Map.of(),
                    "org.apache.spark.deploy.master.Master",
                    "--host",
                    HOST,
                    "--port",
                    String.valueOf(port),
                    "--webui-port",
                    String.valueOf(webPort));
            if (awaitMaster(master)) {
                masterUrl = "spark://" + HOST + ":" + port;
                return;
            }
            if (attempt == PORT_TRIES) {
                throw new IllegalStateException("the master did not start; logs:\n" + logs());
            }
        }
    }

    private boolean awaitMaster(Process master) {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (master.isAlive() && System.nanoTime() < deadline) {
            if (aliveWorkers() >= 0) {
                return true;
            }
            Processes.pause();
        }
        Processes.end(List.of(master.toHandle()));
        return false;
    }

    private void startWorker(int worker, int cores, String memory, String gpus) throws IOException {
        List<String> resources = gpus.isEmpty()
                ? List.of()
                : List.of(
                        "-Dspark.worker.resource.gpu.amount=" + gpus.split(",", -1).length,
                        "-Dspark.worker.resource.gpu.discoveryScript="
                                + Path.of("submit", "gpu-discovery.sh").toAbsolutePath());
        Process unused = launch(
                "worker-" + worker,
                resources,
                Map.of("BATCHSCOPE_GPU_ADDRESSES", gpus),
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                HOST,
                "--port",
                "0",
                "--webui-port",
                "0",
                "--cores",
                String.valueOf(cores),
                "--memory",
                memory,
                "--work-dir",
                workDirectory(worker).toString(),
                masterUrl);
    }

    private void awaitWorkers(int wanted) {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (aliveWorkers() < wanted) {
            if (System.nanoTime() > deadline || processes.stream().skip(1).noneMatch(Process::isAlive)) {
                throw new IllegalStateException(
                        "only " + aliveWorkers() + " of " + workers + " workers registered; logs:\n" + logs());
            }
            Processes.pause();
        }
    }

    private Process launch(
            String name, List<String> options, Map<String, String> environment, String mainClass, String... arguments)
            throws IOException {
        Path here = ClusterFiles.classDirectory();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().strip().split("\\s+")));
        command.addAll(options);
        command.addAll(List.of(
                // A taken port is an error here; Spark would silently move on to the next.
                "-Dspark.port.maxRetries=0",
                "-cp",
                here + File.pathSeparator + home.resolve("jars") + "/*",
                "io.batchscope.testing.ExitsWithParent",
                mainClass));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
        builder.environment()
                .putAll(Map.of("SPARK_HOME", home.toString(), "SPARK_SCALA_VERSION", "2.12", "SPARK_LOCAL_IP", HOST));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** Workers the master counts as alive; −1 while it does not answer. */
    private int aliveWorkers() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + webPort + "/json/"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            String status = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
            Matcher alive = Pattern.compile("\"aliveworkers\"\\s*:\\s*([0-9]+)").matcher(status);
            return alive.find() ? Integer.parseInt(alive.group(1)) : -1;
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the cluster", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path log(String name) {
        return home.resolve(name + ".log");
    }

    /** The last lines that master, workers and executors wrote. */
    public String logs() {
        return ClusterFiles.logs(home);
    }
}
