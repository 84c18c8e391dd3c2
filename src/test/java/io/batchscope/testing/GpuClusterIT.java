package io.batchscope.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.batchscope.result.RunRecord;
import io.batchscope.spark.ParquetResultStore;
import io.batchscope.testing.Processes.Finished;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Studies on GPUs of a real standalone cluster: two workers of two cores, each with one GPU that a discovery script names. Its
 * executors have the emulation of CUDA, the driver has no CUDA at all.
 */
class GpuClusterIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final long GIBI = 1L << 30;
    private static final String DEVICE = "127\\.0\\.0\\.1 GPU ([01]) \\(Emulated GPU, (GPU-[0-9a-f-]{36})\\)";

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    private static @Nullable StandaloneCluster cluster;

    @TempDir
    Path directory;

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = StandaloneCluster.start(List.of("0", "1"), 2, "1g");
    }

    @AfterAll
    static void endCluster() {
        cluster().close();
    }

    @Test
    void twoWorkersInTwoExecutorsTrainOnTheGpusThatTheirTasksAreGiven() throws Exception {
        Finished run =
                submit(cluster(), EmulatedCuda.environment(2, GIBI), "study", "sync.workers=[1,2]", "batch-sizes=[33]");

        assertThat(run.exitCode()).as(run.errors() + cluster().logs()).isZero();
        assertThat(run.errors())
                .contains("\nreplica    cuda (cuBLAS, cuDNN): workers get GPUs and the model compiles\n");
        List<MatchResult> told = matches("gpu +rank [01]: " + DEVICE, run.errors());
        assertThat(told.subList(0, 2)).extracting(rank -> rank.group(1)).containsExactlyInAnyOrder("0", "1");
        assertThat(told.subList(0, 2)).extracting(rank -> rank.group(2)).doesNotHaveDuplicates();
        List<RunRecord> rows = rows();
        assertThat(rows).extracting(RunRecord::outcome).containsExactly("Completed", "Completed");
        assertThat(rows).extracting(RunRecord::replica).containsOnly("cuda");
        assertThat(rows).extracting(RunRecord::backend).allSatisfy(backend -> assertThat(backend)
                .matches("CUDA 13\\.\\d+, cuDNN 9\\.\\d+\\.\\d+, 2 GPUs: Emulated GPU"));
        assertThat(rows.get(0).gpu().gpuDevices()).matches("rank 0: " + DEVICE);
        String together = rows.get(1).gpu().gpuDevices();
        assertThat(together).matches("rank 0: " + DEVICE + "; rank 1: " + DEVICE);
        assertThat(matches(DEVICE, String.valueOf(together)))
                .extracting(rank -> rank.group(1))
                .containsExactlyInAnyOrder("0", "1");
        // Rounding apart, what two GPUs learn is what one learns.
        assertThat(rows.get(1).trainLoss()).isCloseTo(rows.get(0).trainLoss(), withinPercentage(1));
        System.out.println("gpu_devices: " + rows.get(0).gpu().gpuDevices() + " | " + together);
    }

    @Test
    void twoExecutorsThatAreToldTheSameGpuAreRefused() throws Exception {
        try (StandaloneCluster same = StandaloneCluster.start(List.of("0", "0"), 1, "1g")) {
            Finished run = submit(same, EmulatedCuda.environment(2, GIBI), "study", "replica=cuda", "sync.workers=2");

            assertThat(run.exitCode()).as(run.errors() + same.logs()).isEqualTo(4);
            assertThat(run.errors())
                    .containsPattern("error: ranks 0, 1 on " + DEVICE + ": each must have a GPU of its own"
                            + " \\(study\\.gpu\\.ranks-per-device is 1\\), but Spark gave this one to 2; ")
                    .doesNotContain("\tat ");
            assertThat(directory.resolve("results")).doesNotExist();

            Finished allowed = submit(
                    same,
                    EmulatedCuda.environment(2, GIBI),
                    "study",
                    "replica=cuda",
                    "sync.workers=2",
                    "batch-sizes=[33]",
                    "gpu.ranks-per-device=2");
            assertThat(allowed.exitCode()).as(allowed.errors() + same.logs()).isZero();
            assertThat(rows().get(0).gpu().gpuDevices()).matches("rank 0: " + DEVICE + "; rank 1: " + DEVICE);
        }
    }

    @Test
    void moreWorkersThanGpusEndWithFourAndBothNumbers() throws Exception {
        Finished run = submit(cluster(), EmulatedCuda.environment(2, GIBI), "study", "replica=cuda", "sync.workers=3");

        assertThat(run.exitCode()).as(run.errors() + cluster().logs()).isEqualTo(4);
        assertThat(run.errors())
                .contains(
                        "error: 3 workers (study.sync.workers): with replica cuda must not exceed the workers that can"
                                + " have a GPU, but there are 2; ");
    }

    @Test
    void executorsWithoutCudaAreNamedAndTheChoiceFallsOnProcessors() throws Exception {
        Finished asked = submit(cluster(), Map.of(), "plan", "replica=cuda");
        Finished chosen = submit(cluster(), Map.of(), "plan");

        assertThat(asked.exitCode()).as(asked.errors() + cluster().logs()).isEqualTo(4);
        assertThat(asked.errors())
                .containsPattern(
                        "error: replica cuda \\(study\\.replica\\): needs CUDA on every executor, but executor 0 on"
                                + " 127\\.0\\.0\\.1: .+; executor 1 on 127\\.0\\.0\\.1: .+--set replica=auto");
        assertThat(chosen.exitCode()).as(chosen.errors() + cluster().logs()).isZero();
        assertThat(chosen.output())
                .containsPattern(
                        "\nreplica    fused \\(oneDNN\\): the model compiles; not cuda, though workers could get"
                                + " GPUs: executor 0 on ");
    }

    @Test
    void aGpuWithTooLittleMemoryEndsTheLargestBatchAndNoOther() throws Exception {
        Finished run = submit(
                cluster(),
                EmulatedCuda.environment(2, 44 << 20),
                "study",
                "replica=cuda",
                "sync.workers=1",
                "sync.micro-batch=1620",
                "model={catalog=mlp,hidden=[512,512]}",
                "batch-sizes=[64,full]");

        assertThat(run.exitCode()).as(run.errors() + cluster().logs()).isEqualTo(5);
        List<RunRecord> rows = rows();
        assertThat(rows).extracting(RunRecord::outcome).containsExactly("Completed", "Failed");
        assertThat(rows.get(1).outcomeDetail())
                .matches(
                        "rank 0 on 127\\.0\\.0\\.1: memory of GPU [01] \\(Emulated GPU, GPU-[0-9a-f-]{36}\\) \\(a batch of"
                                + " 1620 for each worker, 1620 at once\\): must hold the network and its arrays, but .+; push"
                                + " fewer through at once \\(--set sync\\.micro-batch=810\\)");
    }

    @Test
    void theDoctorSaysWhoGetsWhich() throws Exception {
        Finished run = submit(cluster(), EmulatedCuda.environment(2, GIBI), "doctor");

        assertThat(run.exitCode()).as(run.errors() + cluster().logs()).isZero();
        assertThat(matches("gpus +executor [01] on " + DEVICE.replaceFirst(" GPU", ": GPU"), run.output()))
                .as(run.output())
                .extracting(line -> line.group(1))
                .containsExactlyInAnyOrder("0", "1");
        assertThat(run.output())
                .containsPattern("cuda +CUDA 13\\.\\d+, cuDNN 9\\.")
                .contains("2 workers with a GPU at once", "4 tasks at once");
    }

    private static List<MatchResult> matches(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().toList();
    }

    /** The smoke study's runs, by batch size and workers. */
    private List<RunRecord> rows() {
        try (ParquetResultStore store = ParquetResultStore.forReading(
                spark.session(), directory.resolve("results").toString())) {
            return store.read().runs().stream()
                    .sorted(Comparator.comparingLong(RunRecord::batchSize).thenComparing(RunRecord::workers))
                    .toList();
        }
    }

    /** @param executors variables of the executors' environment */
    private Finished submit(StandaloneCluster where, Map<String, String> executors, String command, String... sets)
            throws IOException, InterruptedException {
        boolean small = where != cluster();
        List<String> line = new ArrayList<>(List.of(
                "submit/standalone.sh",
                "--master",
                where.masterUrl(),
                "--executors",
                "2",
                "--cores",
                small ? "1" : "2",
                "--memory",
                "700m",
                "--gpus",
                "1"));
        executors.forEach((name, value) -> line.addAll(List.of("--conf", "spark.executorEnv." + name + "=" + value)));
        line.addAll(List.of(command, "conf/smoke.conf"));
        for (String set : sets) {
            line.addAll(List.of("--set", set));
        }
        line.addAll(List.of(
                "--set", "data.path=\"" + directory.resolve("data") + '"',
                "--set", "output=\"" + directory.resolve("results") + '"'));
        Map<String, String> environment =
                Map.of("SPARK_HOME", "", "SPARK_LOCAL_IP", "127.0.0.1", "BATCHSCOPE_JAVA_OPTS", "-Xmx700m");
        return Processes.run(line, Path.of("").toAbsolutePath(), environment, LIMIT);
    }

    private static StandaloneCluster cluster() {
        if (cluster == null) {
            throw new IllegalStateException("the cluster has not been started");
        }
        return cluster;
    }
}
