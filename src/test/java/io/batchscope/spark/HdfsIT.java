package io.batchscope.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.result.ResultStoreException;
import io.batchscope.result.StudyTables;
import io.batchscope.testing.HdfsCluster;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.Processes;
import io.batchscope.testing.Processes.Finished;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a results directory and a data set need of a file system, on a real HDFS; and a whole study there. */
class HdfsIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    private static @Nullable HdfsCluster cluster;

    private Path directory = new Path("/");

    @BeforeAll
    static void startHdfs() throws IOException {
        cluster = HdfsCluster.start();
    }

    @AfterAll
    static void endHdfs() {
        cluster().close();
    }

    @BeforeEach
    void makeDirectory(TestInfo test) {
        directory = new Path(
                cluster().uri() + "/" + test.getTestMethod().orElseThrow().getName());
        files().makeDirectories(directory);
    }

    private static HdfsCluster cluster() {
        return Objects.requireNonNull(cluster, "HDFS has not been started");
    }

    private HadoopFiles files() {
        return new HadoopFiles(directory, spark.session().sparkContext().hadoopConfiguration());
    }

    private Path at(String name) {
        return new Path(directory, name);
    }

    @Test
    void aReaderSeesAReplacedFileWhole() throws Exception {
        String old = "old ".repeat(50_000);
        String next = "a longer one ".repeat(40_000);
        files().replace(at("file"), old.getBytes(UTF_8));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> reads = reader.submit(() -> {
                int count = 0;
                while (!done.get() || count == 0) {
                    assertThat(List.of(old, next))
                            .contains(files().text(at("file")).orElseThrow());
                    count++;
                }
                return count;
            });
            for (int i = 0; i < 20; i++) {
                files().replace(at("file"), (i % 2 == 0 ? next : old).getBytes(UTF_8));
            }
            done.set(true);
            assertThat(reads.get(60, TimeUnit.SECONDS)).isPositive();
        } finally {
            reader.shutdownNow();
        }
        assertThat(files().text(at("file"))).contains(old);
        assertThat(files().names(directory)).containsExactly("file");
    }

    @Test
    void aReplacementThatFailsLeavesEverythingAsItWas() {
        files().makeDirectories(at("file"));
        files().replace(new Path(at("file"), "inside"), new byte[] {1});
        assertThatThrownBy(() -> files().replace(at("file"), new byte[] {2})).isInstanceOf(UncheckedIOException.class);
        assertThat(files().names(directory)).containsExactly("file");
        assertThat(files().names(at("file"))).containsExactly("inside");
    }

    @Test
    void ofManyThatCreateAFileOneSucceeds() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                byte[] content = ("writer " + i).getBytes(UTF_8);
                attempts.add(writers.submit(() -> files().createNew(at("file"), content)));
            }
            List<Integer> winners = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                if (attempts.get(i).get(60, TimeUnit.SECONDS)) {
                    winners.add(i);
                }
            }
            assertThat(winners).hasSize(1);
            assertThat(files().text(at("file"))).contains("writer " + winners.get(0));
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void renamingNeverTouchesWhatIsThere() {
        files().replace(at("file"), new byte[] {1});
        files().replace(at("other"), "other".getBytes(UTF_8));
        files().replace(new Path(at("directory"), "inside"), new byte[] {2});
        for (String taken : List.of("other", "directory")) {
            assertThatThrownBy(() -> files().rename(at("file"), at(taken)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(taken + " exists");
        }
        assertThat(files().text(at("other"))).contains("other");
        assertThat(files().names(at("directory"))).containsExactly("inside");
        files().rename(at("directory"), at("moved"));
        assertThat(files().names(directory)).containsExactly("file", "moved", "other");
        files().delete(at("moved"));
        assertThat(files().exists(at("moved"))).isFalse();
    }

    @Test
    void aDirectoryHasOneWriter() {
        DirectoryLock lock = DirectoryLock.acquire(files(), directory);
        assertThatThrownBy(() -> DirectoryLock.acquire(files(), directory))
                .isInstanceOf(ResultStoreException.class)
                .hasMessageContaining("results directory in use (" + directory + ")");
        lock.close();
        assertThat(files().names(directory)).isEmpty();

        DirectoryLock.Holder here = DirectoryLock.Holder.current();
        // Another start of a process with this one's number: it is gone.
        DirectoryLock.Holder gone = new DirectoryLock.Holder(here.host(), here.pid(), Instant.EPOCH, Instant.EPOCH);
        assertThat(files().createNew(at(DirectoryLock.NAME), gone.text().getBytes(UTF_8)))
                .isTrue();
        DirectoryLock.acquire(files(), directory).close();
        assertThat(files().names(directory)).isEmpty();
    }

    @Test
    void aStudyKeepsDataAndResultsThereAndIsDoneOnce() throws Exception {
        Finished first = study();
        assertThat(first.exitCode()).as(first.errors()).isZero();
        StudyTables tables = tables();
        assertThat(tables.runs()).hasSize(2).allSatisfy(run -> assertThat(run.outcome())
                .isEqualTo("Completed"));
        assertThat(files().names(at("data"))).contains("manifest.json");
        assertThat(files().names(at("results"))).contains("runs", "steps", "evals", "study.json", "status.json");
        assertThat(new StudyFiles(spark.session(), at("results").toString()).readStatus())
                .isPresent();

        files().delete(at("results/report.html"));
        Finished second = study();
        assertThat(second.exitCode()).as(second.errors()).isZero();
        assertThat(second.output()).contains("All 2 runs were done already; rendered the report again.");
        assertThat(files().exists(at("results/report.html"))).isTrue();
        assertThat(tables()).isEqualTo(tables);
    }

    private StudyTables tables() {
        try (ParquetResultStore store =
                ParquetResultStore.forReading(spark.session(), at("results").toString())) {
            return store.read();
        }
    }

    private Finished study() throws IOException, InterruptedException {
        List<String> command = List.of(
                "submit/local.sh",
                "study",
                "conf/smoke.conf",
                "--set",
                "batch-sizes=[128,full]",
                "--set",
                "data.path=\"" + at("data") + "\"",
                "--set",
                "output=\"" + at("results") + "\"");
        return Processes.run(
                command,
                java.nio.file.Path.of("").toAbsolutePath(),
                Map.of("BATCHSCOPE_JAVA_OPTS", "-Xmx1g", "BATCHSCOPE_MASTER", "local[2]"),
                LIMIT);
    }
}
