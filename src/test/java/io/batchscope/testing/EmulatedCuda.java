package io.batchscope.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * CUDA on the CPU, so that what runs on GPUs can be tested on machines without one: libraries of CUDA's names, built from
 * {@code src/test/cuda}, whose README says what they prove and what not.
 */
public final class EmulatedCuda {
    private static final Path SOURCES = Path.of("src/test/cuda");
    private static final Path BUILDS = Path.of("target/cuda-emulation");
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String EVERYTHING = "libcudaemulation.so";
    private static final boolean WANTED = !"off".equals(System.getenv("CUDA_EMULATION"));
    private static final Path LIBRARIES = WANTED ? built() : BUILDS;

    private EmulatedCuda() {}

    /**
     * Makes CUDA in this JVM the emulation, with two GPUs of 1 GiB. Must run before anything else asks for CUDA; does nothing
     * the second time, and nothing where {@code CUDA_EMULATION=off} asks for the CUDA of this machine.
     *
     * @throws IllegalStateException if it cannot be built, such as without g++
     */
    public static void load() {
        if (!WANTED) {
            return;
        }
        // The first is what all the others lead to.
        System.load(LIBRARIES.resolve(EVERYTHING).toString());
        try (Stream<Path> files = Files.list(LIBRARIES)) {
            files.map(Path::toString).filter(file -> file.contains(".so.")).forEach(System::load);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What makes CUDA the emulation in a process that this one starts.
     *
     * @param devices 0 to 8
     * @param bytesEach memory of each
     */
    public static Map<String, String> environment(int devices, long bytesEach) {
        if (!WANTED) {
            return Map.of();
        }
        return Map.of(
                "LD_LIBRARY_PATH",
                LIBRARIES.toString(),
                // JavaCPP prefers an installed CUDA to the library path.
                "LD_PRELOAD",
                LIBRARIES.resolve(EVERYTHING).toString(),
                "CUDA_EMULATION_DEVICES",
                Integer.toString(devices),
                "CUDA_EMULATION_MEMORY",
                Long.toString(bytesEach));
    }

    private static Path built() {
        try {
            Path builds = Files.createDirectories(BUILDS.toAbsolutePath());
            Path build = builds.resolve(hash());
            if (!Files.isDirectory(build)) {
                // One JVM builds, others of the same build of Batchscope wait for it.
                try (FileChannel channel =
                        FileChannel.open(builds.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    lock(channel);
                    if (!Files.isDirectory(build)) {
                        build(build);
                    }
                }
            }
            return build;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the emulation of CUDA was built", e);
        }
    }

    /** Until the channel is closed. */
    private static void lock(FileChannel channel) throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (channel.tryLock() == null) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("another JVM has not built the emulation of CUDA within " + LIMIT);
            }
            Thread.sleep(50);
        }
    }

    private static void build(Path build) throws IOException, InterruptedException {
        Path unfinished = Files.createTempDirectory(build.getParent(), "unfinished");
        Processes.Finished finished = Processes.run(
                List.of("bash", SOURCES.resolve("build.sh").toString(), unfinished.toString()),
                Path.of("").toAbsolutePath(),
                Map.of(),
                LIMIT);
        if (finished.exitCode() != 0) {
            throw new IllegalStateException("the emulation of CUDA, which tests need, cannot be built (" + SOURCES
                    + "/build.sh): " + finished.errors().strip()
                    + "; without g++, install it: apt-get install g++");
        }
        Files.move(unfinished, build, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Of all that is built from. */
    private static String hash() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files.sorted().toList()) {
                digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
