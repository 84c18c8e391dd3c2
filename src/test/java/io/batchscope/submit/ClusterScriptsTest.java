package io.batchscope.submit;

import static io.batchscope.submit.LocalScriptTest.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.testing.Processes.Finished;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterScriptsTest {
    @TempDir
    Path directory;

    private Checkout checkout = new Checkout(Path.of(""));

    @BeforeEach
    void copyScripts() throws Exception {
        checkout = Checkout.in(directory);
    }

    @Test
    void yarnSendsTheJarToTheCluster() throws Exception {
        assertThat(dryRun("yarn.sh", "study", "conf/smoke.conf", "--set", "seeds=[1, 2]"))
                .containsExactly(
                        "spark-submit",
                        "--master",
                        "yarn",
                        "--deploy-mode",
                        "client",
                        "--class",
                        "io.batchscope.cli.Main",
                        "--properties-file",
                        checkout.root() + "/conf/spark-yarn.conf",
                        checkout.root() + "/target/batchscope.jar",
                        "study",
                        "conf/smoke.conf",
                        "--set",
                        "seeds=[1, 2]");
    }

    @Test
    void yarnWithGpusShipsTheDiscoveryScript() throws Exception {
        assertThat(dryRun("yarn.sh", "--gpus", "2", "plan", "x.conf"))
                .containsSubsequence("--files", checkout.root() + "/submit/gpu-discovery.sh")
                .containsSubsequence("--conf", "spark.executor.resource.gpu.amount=2")
                .containsSubsequence("--conf", "spark.executor.resource.gpu.discoveryScript=./gpu-discovery.sh");
    }

    @Test
    void inClusterModeTheConfigurationTravelsToTheDriver() throws Exception {
        checkout.write("elsewhere/mine.conf", "");

        assertThat(dryRun("yarn.sh", "--deploy-mode", "cluster", "study", "mine.conf"))
                .containsSubsequence("--files", checkout.root() + "/elsewhere/mine.conf")
                .endsWith("study", "mine.conf");
        assertThat(dryRun(
                        "kubernetes.sh",
                        "--master",
                        "k8s://https://h:1",
                        "study",
                        checkout.root() + "/elsewhere/mine.conf"))
                .containsSubsequence("--files", checkout.root() + "/elsewhere/mine.conf")
                .endsWith("study", "mine.conf");
    }

    @Test
    void kubernetesRunsTheJarOfTheImageInClusterMode() throws Exception {
        assertThat(dryRun(
                        "kubernetes.sh",
                        "--master",
                        "k8s://https://h:6443",
                        "--memory",
                        "8g",
                        "study",
                        "s3a://b/x.conf"))
                .containsExactly(
                        "spark-submit",
                        "--master",
                        "k8s://https://h:6443",
                        "--deploy-mode",
                        "cluster",
                        "--class",
                        "io.batchscope.cli.Main",
                        "--properties-file",
                        checkout.root() + "/conf/spark-kubernetes.conf",
                        "--conf",
                        "spark.executor.memory=8g",
                        "local:///opt/batchscope/batchscope.jar",
                        "study",
                        "s3a://b/x.conf");
    }

    @Test
    void kubernetesWithGpusNamesTheVendor() throws Exception {
        assertThat(dryRun("kubernetes.sh", "--master", "k8s://https://h:1", "--gpus", "1", "doctor"))
                .contains(
                        "spark.executor.resource.gpu.amount=1",
                        "spark.executor.resource.gpu.vendor=nvidia.com",
                        "spark.executor.resource.gpu.discoveryScript=/opt/batchscope/gpu-discovery.sh");
    }

    @Test
    void standaloneCountsCores() throws Exception {
        checkout.withSparkSubmit();

        assertThat(dryRun("standalone.sh", "--master", "spark://h:7077", "--executors", "3", "--cores", "4", "study"))
                .startsWith(checkout.root() + "/tools/spark-submit", "--driver-java-options")
                .contains("spark.executor.instances=3", "spark.executor.cores=4", "spark.cores.max=12")
                .doesNotContain("spark.executor.resource.gpu.amount=1");
    }

    @Test
    void standaloneWithGpusUsesTheScriptOfThisDirectory() throws Exception {
        checkout.withSparkSubmit();

        assertThat(dryRun("standalone.sh", "--master", "spark://h:7077", "--gpus", "1", "study"))
                .contains(
                        "spark.executor.resource.gpu.discoveryScript=" + checkout.root() + "/submit/gpu-discovery.sh");
    }

    @Test
    void standaloneNeedsNoSparkInstallation() throws Exception {
        checkout.withJava("17.0.1").withMaven();

        Finished run = checkout.run(Map.of(), "standalone.sh", "--master", "spark://h:7077", "study", "x.conf");

        assertThat(run.errors()).contains("note: no spark-submit here (SPARK_HOME, PATH); using the Spark that");
        assertThat(run.output().lines().toList())
                .contains("-Xmx2g")
                .containsSubsequence(
                        "-cp",
                        checkout.root() + "/tools/spark.jar",
                        "org.apache.spark.deploy.SparkSubmit",
                        "--master",
                        "spark://h:7077");
        assertThat(run.exitCode()).isEqualTo(5);
    }

    @Test
    void passesTheExitCodeOfTheCommandOn() throws Exception {
        checkout.withSparkSubmit();

        Finished run =
                checkout.run(Map.of("BATCHSCOPE_JAR", "hdfs:///b.jar"), "yarn.sh", "--conf", "k=a b", "train", "x");

        assertThat(run.output().lines().toList()).containsSubsequence("--conf", "k=a b", "hdfs:///b.jar", "train", "x");
        assertThat(run.exitCode()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standalone.sh", "yarn.sh", "kubernetes.sh"})
    void refusesWhatItDoesNotKnow(String script) throws Exception {
        String where = " (submit/" + script + "): ";
        assertError(
                checkout.run(Map.of(), script, "--workers", "3", "study"),
                2,
                "error: unknown option --workers" + where + "options before the command are --master, ");
        assertError(
                checkout.run(Map.of(), script, "--master", "m"),
                2,
                "error: no command" + where
                        + "expected one of plan, train, study, report, data, fit, simulate, verify, doctor; ");
        assertError(
                checkout.run(Map.of(), script, "--gpus", "some", "study"),
                2,
                "error: --gpus some" + where + "must be a whole number of at least 1; ");
        assertError(
                checkout.run(Map.of(), script, "--memory", "4", "study"),
                2,
                "error: --memory 4" + where + "must be a number with m or g, such as 4g; ");
        assertError(
                checkout.run(Map.of(), script, "--deploy-mode", "both", "study"),
                2,
                "error: --deploy-mode both" + where + "must be client or cluster; ");
        assertError(
                checkout.run(Map.of(), script, "--conf"),
                2,
                "error: option without a value" + where + "--conf needs one; ");
    }

    @Test
    void asksForWhatOnlyTheCallerKnows() throws Exception {
        assertError(
                checkout.run(Map.of(), "standalone.sh", "study"),
                2,
                "error: no master (submit/standalone.sh): the cluster's master, spark://HOST:7077; give it as --master");
        assertError(
                checkout.run(Map.of(), "yarn.sh", "study"),
                4,
                "error: no spark-submit (SPARK_HOME, PATH): deploy mode client on yarn needs a Spark installation; ");
    }

    @Test
    void tellsSparkTheGpus() throws Exception {
        assertThat(checkout.run(Map.of("BATCHSCOPE_GPU_ADDRESSES", "0,1"), "gpu-discovery.sh")
                        .output())
                .isEqualTo("{\"name\":\"gpu\",\"addresses\":[\"0\",\"1\"]}\n");
        Finished none = checkout.run(Map.of(), "gpu-discovery.sh");
        assertThat(none.errors()).startsWith("error: no GPU found (").contains("set BATCHSCOPE_GPU_ADDRESSES");
        assertThat(none.exitCode()).isEqualTo(4);
    }

    /** The words of the command line that a script prints with {@code --dry-run}, as a shell reads them. */
    private List<String> dryRun(String script, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--dry-run"));
        all.addAll(Arrays.asList(arguments));
        Finished printed = checkout.run(Map.of(), script, all.toArray(String[]::new));
        assertThat(printed.exitCode()).as(printed.errors()).isZero();
        checkout.write("submit/words.sh", "printf '%s\\n' " + printed.output());
        return io.batchscope.testing.Processes.run(
                        List.of("bash", "submit/words.sh"), checkout.root(), Map.of(), java.time.Duration.ofSeconds(60))
                .output()
                .lines()
                .toList();
    }
}
