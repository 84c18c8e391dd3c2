package io.batchscope.spark;

import io.batchscope.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the files of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017; MIT licence) available: from the installed Debian
 * package, by installing it, or from the address that its authors publish, in that order.
 */
public final class FashionMnist {
    /** The name in configurations and on the command line. */
    public static final String NAME = "fashion-mnist";

    private static final Logger LOG = LoggerFactory.getLogger(FashionMnist.class);
    private static final String DEBIAN_PACKAGE = "dataset-fashion-mnist";
    private static final Path DEBIAN_DIRECTORY = Path.of("/usr/share/datasets/fashion-mnist");
    private static final URI PUBLISHED = URI.create("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/");
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration DOWNLOAD_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration INSTALL_TIMEOUT = Duration.ofMinutes(5);

    /** SHA-256 of the contents, decompressed: Debian compresses the same contents in its own way. */
    private static final Map<String, String> SHA256 = new TreeMap<>(Map.of(
            "train-images-idx3-ubyte.gz", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "train-labels-idx1-ubyte.gz", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "t10k-images-idx3-ubyte.gz", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "t10k-labels-idx1-ubyte.gz", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"));

    private final Path packageDirectory;
    private final List<List<String>> installCommands;
    private final URI address;
    private final Map<String, String> sha256;

    /** With the ways that this machine allows. */
    public FashionMnist() {
        this(DEBIAN_DIRECTORY, installCommands(), PUBLISHED, SHA256);
    }

    /**
     * @param packageDirectory where the Debian package puts its files
     * @param installCommands what installs it; empty if that is not possible here
     * @param address of the directory with the published files
     * @param sha256 file names and the SHA-256 of their decompressed contents
     */
    FashionMnist(Path packageDirectory, List<List<String>> installCommands, URI address, Map<String, String> sha256) {
        this.packageDirectory = packageDirectory;
        this.installCommands = List.copyOf(installCommands);
        this.address = address;
        this.sha256 = new TreeMap<>(sha256);
    }

    private static List<List<String>> installCommands() {
        boolean debian =
                Files.exists(Path.of("/etc/debian_version")) && Files.isExecutable(Path.of("/usr/bin/apt-get"));
        boolean root = "root".equals(System.getProperty("user.name"));
        return debian && root
                ? List.of(
                        List.of("apt-get", "update", "-qq"),
                        List.of("apt-get", "install", "-qq", "--no-install-recommends", DEBIAN_PACKAGE))
                : List.of();
    }

    /**
     * Puts the four files into a directory; complete ones that are there already are kept.
     *
     * @return the directory
     * @throws DataException naming every way and why it failed
     */
    public Path fetch(Path output) {
        try {
            Files.createDirectories(output);
            if (isComplete(output)) {
                return output;
            }
            List<String> failures = new ArrayList<>();
            if (!isComplete(packageDirectory)) {
                install(failures);
            }
            if (isComplete(packageDirectory)) {
                for (String name : sha256.keySet()) {
                    Files.copy(
                            packageDirectory.resolve(name), output.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
                LOG.info("{}: copied from {}", NAME, packageDirectory);
                return output;
            }
            download(output, failures);
            if (!failures.isEmpty() && !isComplete(output)) {
                throw new DataException("data set (" + NAME + "): no way to get it worked: "
                        + String.join("; ", failures) + "; install the Debian package " + DEBIAN_PACKAGE
                        + ", or put the four files from " + address + " into " + output);
            }
            return output;
        } catch (IOException e) {
            throw new DataException(
                    "data set (" + NAME + "): it cannot be put into " + output + ": " + e + "; choose another --output",
                    e);
        }
    }

    private boolean isComplete(Path directory) throws IOException {
        for (Map.Entry<String, String> file : sha256.entrySet()) {
            Path path = directory.resolve(file.getKey());
            if (!Files.isRegularFile(path) || !file.getValue().equals(contentHash(path))) {
                return false;
            }
        }
        return true;
    }

    /** SHA-256 of the decompressed contents; empty if they cannot be decompressed. */
    private static String contentHash(Path file) {
        MessageDigest digest = SourceFile.sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file), buffer.length)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        } catch (IOException e) {
            return "";
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void install(List<String> failures) throws IOException {
        if (installCommands.isEmpty()) {
            failures.add("the Debian package is not installed, and only root on Debian can install it");
            return;
        }
        for (List<String> command : installCommands) {
            LOG.info("{}: running {}", NAME, String.join(" ", command));
            String failure = run(command);
            // A failed update need not matter; a failed installation shows in the missing files.
            if (!failure.isEmpty()) {
                failures.add("'" + String.join(" ", command) + "' " + failure);
            }
        }
    }

    /** What went wrong; empty if nothing. */
    private static String run(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try {
            if (!process.waitFor(INSTALL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                return "took more than " + INSTALL_TIMEOUT.toSeconds() + " s";
            }
            return process.exitValue() == 0 ? "" : "failed with exit code " + process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "was interrupted";
        } finally {
            process.destroyForcibly();
        }
    }

    private void download(Path output, List<String> failures) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        for (Map.Entry<String, String> file : sha256.entrySet()) {
            Path target = output.resolve(file.getKey());
            if (Files.isRegularFile(target) && file.getValue().equals(contentHash(target))) {
                continue;
            }
            Path partial = output.resolve("." + file.getKey() + ".partial");
            try {
                LOG.info("{}: downloading {}", NAME, address.resolve(file.getKey()));
                String failure = download(client, address.resolve(file.getKey()), partial, file.getValue());
                if (!failure.isEmpty()) {
                    failures.add(failure);
                    return;
                }
                Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
        }
    }

    /** What went wrong; empty if nothing. */
    private static String download(HttpClient client, URI from, Path to, String sha256) {
        HttpRequest request =
                HttpRequest.newBuilder(from).timeout(DOWNLOAD_TIMEOUT).GET().build();
        try {
            HttpResponse<Path> response = client.send(request, HttpResponse.BodyHandlers.ofFile(to));
            if (response.statusCode() != 200) {
                return from + " answered with status " + response.statusCode();
            }
        } catch (IOException e) {
            return from + " could not be downloaded (" + e + ")";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "the download was interrupted";
        }
        String actual = contentHash(to);
        return actual.equals(sha256)
                ? ""
                : from + " has contents with SHA-256 " + (actual.isEmpty() ? "(not gzip)" : actual)
                        + ", but expected was " + sha256;
    }
}
