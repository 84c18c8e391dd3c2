package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.batchscope.data.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
    private static final Map<String, String> CONTENTS = Map.of("images.gz", "many images", "labels.gz", "many labels");

    @TempDir
    Path directory;

    private final Map<String, byte[]> served = new ConcurrentHashMap<>();
    private HttpServer server;
    private URI address;

    FashionMnistTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @BeforeEach
    void serve() {
        CONTENTS.forEach((name, text) -> served.put("/" + name, gzip(text)));
        server.createContext("/", exchange -> {
            byte[] body = served.get(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
            if (body != null) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static String sha256(String text) {
        return HexFormat.of().formatHex(SourceFile.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private FashionMnist source(List<List<String>> installCommands) {
        Map<String, String> hashes = new ConcurrentHashMap<>();
        CONTENTS.forEach((name, text) -> hashes.put(name, sha256(text)));
        return new FashionMnist(directory.resolve("package"), installCommands, address, hashes);
    }

    private Path output() {
        return directory.resolve("out");
    }

    private void assertFetched() throws IOException {
        try (Stream<Path> files = Files.list(output())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("images.gz", "labels.gz");
        }
        for (Map.Entry<String, String> file : CONTENTS.entrySet()) {
            assertThat(output().resolve(file.getKey())).hasBinaryContent(gzip(file.getValue()));
        }
    }

    private void installPackage() throws IOException {
        Files.createDirectories(directory.resolve("package"));
        for (Map.Entry<String, String> file : CONTENTS.entrySet()) {
            Files.write(directory.resolve("package").resolve(file.getKey()), gzip(file.getValue()));
        }
    }

    @Test
    void copiesTheInstalledPackage() throws IOException {
        served.clear();
        installPackage();
        assertThat(source(List.of()).fetch(output())).isEqualTo(output());
        assertFetched();
    }

    @Test
    void installsThePackageWhereThatIsPossible() throws IOException {
        served.clear();
        installPackage();
        Files.move(directory.resolve("package"), directory.resolve("archive"));
        var move = List.of(
                "mv",
                directory.resolve("archive").toString(),
                directory.resolve("package").toString());
        source(List.of(List.of("false"), move)).fetch(output());
        assertFetched();
    }

    @Test
    void downloadsWhatIsMissingAndKeepsWhatIsThere() throws IOException {
        Files.createDirectories(output());
        Files.write(output().resolve("images.gz"), gzip("many images"));
        served.remove("/images.gz");
        source(List.of()).fetch(output());
        assertFetched();
        served.clear();
        source(List.of()).fetch(output());
        assertFetched();
    }

    @Test
    void replacesFilesThatAreDamaged() throws IOException {
        Files.createDirectories(output());
        Files.writeString(output().resolve("images.gz"), "half an ima");
        source(List.of()).fetch(output());
        assertFetched();
    }

    @Test
    void refusesADownloadWithOtherContents() throws IOException {
        served.put("/labels.gz", gzip("wrong labels"));
        assertThatThrownBy(() -> source(List.of()).fetch(output()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(address + "labels.gz has contents with SHA-256 " + sha256("wrong labels")
                        + ", but expected was " + sha256("many labels"));
        assertThat(output().resolve("labels.gz")).doesNotExist();
    }

    @Test
    void namesEveryWayWhenNoneWorks() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = URI.create("http://127.0.0.1:" + closed.getLocalPort() + "/");
        }
        assertThatThrownBy(() -> source(List.of(List.of("false"))).fetch(output()))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("data set (fashion-mnist): no way to get it worked: 'false' failed with exit"
                        + " code 1; " + address + "images.gz could not be downloaded (java.net.ConnectException")
                .hasMessageEndingWith("; install the Debian package dataset-fashion-mnist, or put the four files from "
                        + address + " into " + output());
        assertThatThrownBy(() -> source(List.of()).fetch(output()))
                .hasMessageContaining("the Debian package is not installed, and only root on Debian can install it; ");
    }

    @Test
    void saysWhenTheServerHasNotTheFile() {
        served.clear();
        assertThatThrownBy(() -> source(List.of()).fetch(output()))
                .hasMessageContaining(address + "images.gz answered with status 404");
    }

    @Test
    void knowsWhichNamesCanBeFetched() {
        assertThat(NamedDataSets.isKnown("fashion-mnist")).isTrue();
        assertThatThrownBy(() -> NamedDataSets.fetch("cifar", output()))
                .isInstanceOf(DataException.class)
                .hasMessage("data set (cifar): the ones that can be fetched are fashion-mnist; name one of them,"
                        + " or prepare your own files with 'data prepare'");
    }
}
