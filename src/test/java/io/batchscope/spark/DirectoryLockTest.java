package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.result.ResultStoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    @TempDir
    Path directory;

    private org.apache.hadoop.fs.Path root;
    private HadoopFiles files;

    @BeforeEach
    void connect() {
        root = new org.apache.hadoop.fs.Path(directory.toString());
        files = new HadoopFiles(root, new Configuration());
    }

    private DirectoryLock acquire() {
        return DirectoryLock.acquire(files, root);
    }

    private void leaveLock(String host, long pid, Instant processStartedAt) throws IOException {
        Files.writeString(
                directory.resolve("_lock"),
                new DirectoryLock.Holder(host, pid, processStartedAt, Instant.parse("2026-01-02T03:04:05Z")).text());
    }

    private static String thisHost() throws IOException {
        return InetAddress.getLocalHost().getHostName();
    }

    private static long deadPid() throws Exception {
        Process process = new ProcessBuilder("true").start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.pid();
    }

    @Test
    void isHeldByOneAtATime() throws IOException {
        try (DirectoryLock held = acquire()) {
            assertThat(held).isNotNull();
            assertThatThrownBy(this::acquire)
                    .isInstanceOf(ResultStoreException.class)
                    .hasMessageMatching("results directory in use \\(" + directory + "\\): one process at a time writes"
                            + " to it, now process " + ProcessHandle.current().pid() + " on host " + thisHost()
                            + " since [-0-9]+T[0-9:]+Z; wait for it to end, choose another output, or, if that process"
                            + " no longer runs, delete " + directory + "/_lock");
        }
        acquire().close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void isTakenOverFromADeadProcessOfThisHost() throws Exception {
        leaveLock(thisHost(), deadPid(), Instant.parse("2026-01-02T03:04:05Z"));
        try (DirectoryLock held = acquire()) {
            assertThat(held).isNotNull();
            assertThat(directory.resolve("_lock"))
                    .content()
                    .contains("pid=" + ProcessHandle.current().pid() + "\n");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void isTakenOverWhenAnotherProcessHasThePidNow() throws IOException {
        leaveLock(thisHost(), ProcessHandle.current().pid(), Instant.parse("2020-01-02T03:04:05Z"));
        acquire().close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void isNotTakenFromAnotherHost() throws Exception {
        leaveLock("far-away.example", deadPid(), Instant.parse("2026-01-02T03:04:05Z"));
        assertThatThrownBy(this::acquire)
                .isInstanceOf(ResultStoreException.class)
                .hasMessageContaining("on host far-away.example since 2026-01-02T03:04:05Z; wait for it to end");
    }

    @Test
    void isNotTakenFromAWriterThatHasOnlyJustCreatedIt() throws IOException {
        Files.createFile(directory.resolve("_lock"));
        assertThatThrownBy(this::acquire)
                .isInstanceOf(ResultStoreException.class)
                .hasMessageContaining("now an unknown process; wait for it to end");
    }

    @Test
    void doesNotReleaseALockThatIsNoLongerIts() throws IOException {
        DirectoryLock lost = acquire();
        leaveLock("far-away.example", 1, Instant.parse("2026-01-02T03:04:05Z"));
        lost.close();
        assertThat(directory.resolve("_lock")).content().contains("host=far-away.example");
    }
}
