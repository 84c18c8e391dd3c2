package io.batchscope.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.batchscope.testing.Processes;
import io.batchscope.testing.Processes.Finished;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts in {@code src/jmh}, as far as they go without the benchmarks' own build. */
class BenchmarkScriptsTest {
    private static final Path SCRIPTS = Path.of("src/jmh").toAbsolutePath();
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    @ParameterizedTest
    @ValueSource(strings = {"steps.sh", "same-loss.sh", "efficiency.sh"})
    void explainsItselfFromAnywhereWithoutBuilding(String script) throws Exception {
        Path path = SCRIPTS.resolve(script);
        assertThat(path).isExecutable();

        Finished run = run(path.toString(), "--help");

        assertThat(run.exitCode()).as(run.errors()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).startsWith("Usage: src/jmh/" + script).contains("Options:");
    }

    @ParameterizedTest
    @CsvSource({"steps.sh, Steps", "same-loss.sh, SameLoss", "efficiency.sh, Efficiency"})
    void everyOptionOfTheProgramIsExplained(String script, String program) throws Exception {
        String source = Files.readString(SCRIPTS.resolve("java/io/batchscope/benchmark/" + program + ".java"));
        String given = Files.readString(SCRIPTS.resolve(script));

        assertThat(java.util.regex.Pattern.compile("names = \"(--[a-z-]+)\"")
                        .matcher(source)
                        .results()
                        .map(match -> match.group(1)))
                .hasSizeGreaterThan(5)
                .allSatisfy(option -> assertThat(given).contains(option + " "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"steps.sh", "same-loss.sh", "efficiency.sh", "common.sh"})
    void isSoundBash(String script) throws Exception {
        Finished run = run("bash", "-n", SCRIPTS.resolve(script).toString());

        assertThat(run.exitCode()).as(run.errors()).isZero();
    }

    @Test
    void aPythonWithoutPyTorchSaysSo() throws Exception {
        assumeTrue(Files.isExecutable(PYTHON), "there is a Python");

        // -S: without the packages that are installed, so without PyTorch.
        Finished run = run(
                PYTHON.toString(),
                "-I",
                "-S",
                SCRIPTS.resolve("pytorch_steps.py").toString());

        assertThat(run.output()).isEqualTo("error not installed\n");
        assertThat(run.exitCode()).isZero();
    }

    private static Finished run(String... command) throws Exception {
        return Processes.run(List.of(command), Path.of("/"), Map.of("JAVA_HOME", "/nowhere"), Duration.ofSeconds(60));
    }
}
