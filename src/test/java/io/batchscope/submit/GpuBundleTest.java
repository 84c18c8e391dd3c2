package io.batchscope.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.batchscope.testing.CompiledBenchmarks;
import io.batchscope.testing.EmulatedCuda;
import io.batchscope.testing.Processes;
import io.batchscope.testing.Processes.Finished;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts in {@code src/gpu}, and the programs that they run with nothing but what the bundle has, on an emulated GPU. */
class GpuBundleTest {
    private static final Path SCRIPTS = Path.of("src/gpu").toAbsolutePath();
    private static final List<String> LIBRARIES = List.of(
            "libcuda.so.1",
            "libcudart.so.13",
            "libcublas.so.13",
            "libcublasLt.so.13",
            "libcudnn.so.9",
            "libnvrtc.so.13");

    @TempDir
    static Path benchmarks;

    @TempDir
    Path bundle;

    @BeforeAll
    static void compile() throws IOException {
        CompiledBenchmarks.into(benchmarks);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bundle.sh", "run"})
    void explainsItselfWithoutBuilding(String script) throws Exception {
        Finished run = run(Map.of(), SCRIPTS.resolve(script).toString(), "--help");

        assertThat(run.exitCode()).as(run.errors()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).startsWith("Usage: ").contains("Options");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "bundle.sh | --fast | unknown argument --fast (src/gpu/bundle.sh): it takes none but --help; leave it out",
                "run | train | unknown command train (run): expected check, oracle, memory, bench or all; 'run --help' tells more"
            })
    void refusesWhatItDoesNotKnow(String script, String argument, String message) throws Exception {
        Finished run = run(Map.of(), SCRIPTS.resolve(script).toString(), argument);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).isEqualTo("error: " + message + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GpuSteps", "GpuMemory"})
    void everyOptionOfTheProgramsIsExplained(String program) throws Exception {
        String source = Files.readString(Path.of("src/jmh/java/io/batchscope/benchmark/" + program + ".java"));
        String given = Files.readString(SCRIPTS.resolve("run"));

        assertThat(Pattern.compile("names = \"(--[a-z-]+)\"")
                        .matcher(source)
                        .results()
                        .map(match -> match.group(1)))
                .hasSizeGreaterThan(4)
                .allSatisfy(option -> assertThat(given).contains(option + " "));
    }

    @Test
    void findsCudaInTheDirectoriesThatAreNamedAndInPythonsPackages() throws Exception {
        unpack();
        Path named = directoryWith("named", LIBRARIES.subList(0, 4));
        Path packages = directoryWith("packages", LIBRARIES);
        Path python = program("python", "#!/bin/sh\necho " + packages);

        Finished run = run(
                Map.of("BATCHSCOPE_CUDA_PATH", named.toString(), "BATCHSCOPE_PYTHON", python.toString()),
                bundle.resolve("run").toString(),
                "memory",
                "--models",
                "mlp");

        assertThat(run.exitCode()).as(run.errors()).isZero();
        // Whatever this machine has comes between the two.
        assertThat(run.output())
                .contains("libraries " + named + ":")
                .contains("io.batchscope.benchmark.GpuMemory --models mlp");
    }

    @Test
    void namesTheLibraryThatIsMissing() throws Exception {
        assumeFalse(
                Stream.of("/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib64")
                        .anyMatch(directory -> Files.exists(Path.of(directory, "libcudnn.so.9"))),
                "this machine has cuDNN");
        unpack();
        Path named = directoryWith(
                "named",
                LIBRARIES.stream().filter(library -> !library.contains("cudnn")).toList());

        Finished run = run(
                Map.of("BATCHSCOPE_CUDA_PATH", named.toString(), "BATCHSCOPE_PYTHON", "/nowhere"),
                bundle.resolve("run").toString(),
                "check");

        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.output()).contains("libcudnn.so.9: missing").contains(named.resolve("libcuda.so.1") + "\n");
        assertThat(run.errors())
                .startsWith("error: CUDA is not complete (")
                .contains("but there is no libcudnn.so.9; install what is missing, or name its directory");
    }

    @Test
    void stepsAndMemoryNeedNeitherSparkNorNd4j() throws Exception {
        Map<String, String> gpu = EmulatedCuda.environment(1, 1L << 26);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        for (String contender : List.of("batchscope", "batchscope-resident")) {
            Finished steps = run(
                    gpu,
                    "bash",
                    "-c",
                    "printf 'prepare mlp 4\\nrun 3\\nrelease\\n' | " + java + " -cp " + classPath()
                            + " io.batchscope.benchmark.GpuStepWorker " + contender + " cuda 0");

            assertThat(steps.exitCode()).as(steps.errors()).isZero();
            assertThat(steps.output()).as(steps.errors()).matches("ok Java .*\\Rok \\Rok [0-9]+\\Rok \\R");
        }

        Finished memory = run(
                gpu,
                java,
                "-cp",
                classPath(),
                "io.batchscope.benchmark.GpuMemory",
                "--models=mlp",
                "--batches=2,512,100000",
                "--largest=2000");

        assertThat(memory.exitCode()).as(memory.errors()).isZero();
        assertThat(memory.output())
                .containsPattern("\\| mlp \\| 2 \\| [0-9.]+ \\| [0-9.]+ \\| [0-9.]+ \\|")
                .contains("| mlp | 100000 | out of memory | – | – |")
                .contains("| mlp | 2000 | the search (");
    }

    /** What {@code bundle.sh} copies. */
    private static String classPath() {
        Pattern copied =
                Pattern.compile("/(javacpp|cuda|picocli|jackson-[a-z]+|slf4j-api|jspecify|commons-math3)-[^/]*\\.jar$");
        return Stream.concat(
                        Stream.of(benchmarks.toString()),
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                                .filter(entry -> !entry.endsWith(".jar")
                                        || copied.matcher(entry).find()))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The bundle with a Java that only shows how it was called. */
    private void unpack() throws IOException {
        Files.copy(SCRIPTS.resolve("run"), bundle.resolve("run"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(bundle.resolve("runtime/bin"));
        program("runtime/bin/java", "#!/bin/sh\necho \"libraries $LD_LIBRARY_PATH:\"\necho \"$@\"");
    }

    private Path directoryWith(String name, List<String> files) throws IOException {
        Path directory = Files.createDirectories(bundle.resolve(name));
        for (String file : files) {
            Files.createFile(directory.resolve(file));
        }
        return directory;
    }

    private Path program(String path, String script) throws IOException {
        Path file = Files.writeString(bundle.resolve(path), script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private static Finished run(Map<String, String> environment, String... command) throws Exception {
        Map<String, String> variables =
                new HashMap<>(Map.of("JAVA_HOME", "/nowhere", "LD_LIBRARY_PATH", "", "BATCHSCOPE_CUDA_PATH", ""));
        variables.putAll(environment);
        return Processes.run(List.of(command), Path.of("/"), variables, Duration.ofMinutes(2));
    }
}
