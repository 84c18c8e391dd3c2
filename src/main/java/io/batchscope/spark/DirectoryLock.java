package io.batchscope.spark;

import io.batchscope.result.ResultStoreException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.hadoop.fs.Path;

/**
 * One writer per results directory: the file {@code _lock} names the process that holds it. A lock of a process of this
 * host that no longer lives is taken over; whether a process of another host lives cannot be known, so its lock is left
 * for a person to delete.
 */
final class DirectoryLock implements AutoCloseable {
    static final String NAME = "_lock";

    private final HadoopFiles files;
    private final Path file;
    private final String content;

    private DirectoryLock(HadoopFiles files, Path file, String content) {
        this.files = files;
        this.file = file;
        this.content = content;
    }

    /** @throws ResultStoreException if another process holds it */
    static DirectoryLock acquire(HadoopFiles files, Path directory) {
        Path file = new Path(directory, NAME);
        String content = Holder.current().text();
        if (create(files, file, content)) {
            return new DirectoryLock(files, file, content);
        }
        String found = files.text(file).orElse("");
        if (Holder.parse(found).filter(Holder::isDead).isPresent()) {
            discard(files, file, found);
            if (create(files, file, content)) {
                return new DirectoryLock(files, file, content);
            }
        }
        throw inUse(files, directory);
    }

    private static boolean create(HadoopFiles files, Path file, String content) {
        return files.createNew(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes the dead process's lock away, but not one that a third process has put there in the meantime. */
    private static void discard(HadoopFiles files, Path file, String dead) {
        Path aside = new Path(file.getParent(), NAME + "-" + UUID.randomUUID());
        files.rename(file, aside);
        if (!files.text(aside).orElse("").equals(dead)) {
            files.rename(aside, file);
        } else {
            files.delete(aside);
        }
    }

    private static ResultStoreException inUse(HadoopFiles files, Path directory) {
        Path file = new Path(directory, NAME);
        String holder =
                files.text(file).flatMap(Holder::parse).map(Holder::describe).orElse("an unknown process");
        return new ResultStoreException("results directory in use (" + directory + "): one process at a time writes to"
                + " it, now " + holder + "; wait for it to end, choose another output, or, if that process no longer"
                + " runs, delete " + file);
    }

    @Override
    public void close() {
        if (files.text(file).filter(content::equals).isPresent()) {
            files.delete(file);
        }
    }

    /**
     * A process.
     *
     * @param processStartedAt tells it from a later process with the same id
     */
    record Holder(String host, long pid, Instant processStartedAt, Instant lockedAt) {
        static Holder current() {
            ProcessHandle process = ProcessHandle.current();
            Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            return new Holder(
                    hostName(), process.pid(), process.info().startInstant().orElse(now), now);
        }

        static Optional<Holder> parse(String text) {
            Properties properties = new Properties();
            try {
                properties.load(new StringReader(text));
                return Optional.of(new Holder(
                        properties.getProperty("host", "an unknown host"),
                        Long.parseLong(properties.getProperty("pid", "")),
                        Instant.parse(properties.getProperty("process-started-at", "")),
                        Instant.parse(properties.getProperty("locked-at", ""))));
            } catch (NumberFormatException | java.time.format.DateTimeParseException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String text() {
            return "host=" + host + "\npid=" + pid + "\nprocess-started-at=" + processStartedAt + "\nlocked-at="
                    + lockedAt + "\n";
        }

        String describe() {
            return "process " + pid + " on host " + host + " since " + lockedAt;
        }

        boolean isDead() {
            if (!host.equals(hostName())) {
                return false;
            }
            Optional<ProcessHandle> process = ProcessHandle.of(pid);
            return process.isEmpty()
                    || process.flatMap(found -> found.info().startInstant())
                            .filter(this::isAnotherStart)
                            .isPresent();
        }

        private boolean isAnotherStart(Instant start) {
            // The system's idea of a start time moves a little when its clock is corrected.
            return Duration.between(start, processStartedAt).abs().compareTo(Duration.ofSeconds(10)) > 0;
        }

        private static String hostName() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "localhost";
            }
        }
    }
}
