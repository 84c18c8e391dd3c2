package io.batchscope.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.testing.Processes.Finished;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalScriptTest {
    @TempDir
    Path directory;

    @Test
    void buildsOnceAndRunsTheCommandWhereTheCallerIs() throws Exception {
        Checkout checkout = Checkout.in(directory).withJava("17.0.1").withMaven();

        Finished first = checkout.run(Map.of(), "local.sh", "study", "my study.conf", "--set", "a=[1, 2]");
        Finished second = checkout.run(Map.of(), "local.sh", "study", "my study.conf", "--set", "a=[1, 2]");

        Path root = checkout.root();
        assertThat(first.errors())
                .contains("mvn -B -q")
                .contains("-Dmaven.test.skip=true")
                .containsPattern("Built in \\d+ s\\.");
        assertThat(second.errors()).isEmpty();
        assertThat(second.output()).isEqualTo(first.output());
        List<String> lines = second.output().lines().toList();
        assertThat(lines)
                .startsWith(root.resolve("elsewhere").toString(), "--add-opens=a/b=ALL-UNNAMED", "-Dopened=true")
                .contains("-Dspark.master=local[*]")
                .containsSubsequence(
                        "-cp",
                        root + "/target/batchscope.jar:" + root + "/tools/spark.jar",
                        "io.batchscope.cli.Main",
                        "study",
                        "my study.conf",
                        "--set",
                        "a=[1, 2]");
        assertThat(second.exitCode()).isEqualTo(5);
    }

    @Test
    void buildsAgainWhenASourceIsNewer() throws Exception {
        Checkout checkout = Checkout.in(directory).withJava("17.0.1").withMaven();
        checkout.run(Map.of(), "local.sh", "plan");
        Path pom = checkout.root().resolve("pom.xml");
        assertThat(pom.toFile().setLastModified(System.currentTimeMillis() + 60_000))
                .isTrue();

        assertThat(checkout.run(Map.of(), "local.sh", "plan").errors()).contains("mvn -B -q");
    }

    @Test
    void takesMasterAndJavaOptionsFromTheEnvironment() throws Exception {
        Checkout checkout = Checkout.in(directory).withJava("17.0.1").withMaven();

        Finished run = checkout.run(
                Map.of("BATCHSCOPE_MASTER", "local[3]", "BATCHSCOPE_JAVA_OPTS", "-Xmx99m -Dx=y"), "local.sh", "plan");

        assertThat(run.output().lines().toList()).contains("-Dspark.master=local[3]", "-Dx=y");
        // Of two -Xmx options the later one counts.
        assertThat(run.output().lines().filter(line -> line.startsWith("-Xmx")).toList())
                .hasSize(2)
                .endsWith("-Xmx99m");
    }

    @Test
    void saysWhatTheMachineLacks() throws Exception {
        Checkout checkout = Checkout.in(directory);
        assertError(
                checkout.run(Map.of(), "local.sh", "plan"), 4, "error: no Java (PATH): Batchscope needs a JDK 17; ");
        assertError(
                checkout.run(Map.of("JAVA_HOME", "/nowhere"), "local.sh", "plan"),
                4,
                "error: no Java (JAVA_HOME /nowhere): Batchscope needs a JDK 17; ");

        checkout.withJava("11.0.2");
        assertError(
                checkout.run(Map.of(), "local.sh", "plan"),
                4,
                "error: Java is too old (" + checkout.root() + "/tools/java): must be 17 or later, but is 11; ");

        checkout.withJava("21.0.2");
        assertError(checkout.run(Map.of(), "local.sh", "plan"), 4, "error: no JDK 17 (");

        checkout.withJava("17.0.1");
        assertError(
                checkout.run(Map.of(), "local.sh", "plan"),
                4,
                "error: no Maven (PATH): target/batchscope.jar must be built, and mvn is not there; install it");
    }

    @Test
    void asksForACommand() throws Exception {
        assertError(
                Checkout.in(directory).run(Map.of(), "local.sh"),
                2,
                "error: no command (submit/local.sh): expected one of plan, train, study, report, data, fit, simulate, verify, doctor; ");
    }

    @Test
    void opensWhatSparkItselfOpens() throws Exception {
        try (InputStream file = getClass().getResourceAsStream("/io/batchscope/spark.opens")) {
            assertThat(file).isNotNull();
            String opens = new String(file.readAllBytes(), StandardCharsets.UTF_8);

            assertThat(words(opens))
                    .containsExactlyInAnyOrderElementsOf(words(JavaModuleOptions.defaultModuleOptions()));
        }
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    static void assertError(Finished run, int exitCode, String start) {
        assertThat(run.errors()).startsWith(start).hasLineCount(1);
        assertThat(run.output()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }
}
