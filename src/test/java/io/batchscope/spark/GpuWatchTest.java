package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.result.GpuMeasures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scripts stand for nvidia-smi. */
@Timeout(60)
class GpuWatchTest {
    private static final Duration OFTEN = Duration.ofMillis(5);
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private String program(String script) throws IOException {
        Path program = directory.resolve("nvidia-smi");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n", StandardCharsets.UTF_8);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program.toString();
    }

    private static GpuMeasures await(GpuWatch watch, Predicate<GpuMeasures> wanted) {
        while (!wanted.test(watch.measured())) {
            Thread.onSpinWait();
        }
        return watch.end();
    }

    private static boolean isKnown(GpuMeasures measures) {
        return measures.gpuUtilization() != null;
    }

    private static boolean gaveUp(GpuMeasures measures) {
        return String.valueOf(measures.gpuDetail()).contains("asked no more");
    }

    @Test
    void asksForTheGpusOfTheTaskAndTakesTheMeanAndTheMostMemory() throws IOException {
        String program = program("echo \"$@\" > " + directory.resolve("asked") + "; echo '25, 1024'; echo '75, 2048'");

        GpuMeasures measures = await(new GpuWatch(program, List.of("0", "3"), OFTEN, PATIENT), GpuWatchTest::isKnown);

        assertThat(measures).isEqualTo(new GpuMeasures(0.5, 2048L << 20, ""));
        assertThat(directory.resolve("asked"))
                .hasContent("--query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits --id=0,3\n");
    }

    @Test
    void asksNobodyWithoutAGpu() throws IOException {
        String program = program("touch " + directory.resolve("asked"));

        try (GpuWatch watch = new GpuWatch(program, List.of(), Duration.ZERO, PATIENT)) {
            assertThat(watch.end()).isEqualTo(GpuMeasures.unknown("no GPU was assigned to the workers"));
        }
        assertThat(directory.resolve("asked")).doesNotExist();
    }

    @Test
    void saysThatARunWasTooShortToAsk() throws IOException {
        try (GpuWatch watch = new GpuWatch(program("echo '1, 1'"), List.of("0"), PATIENT, PATIENT)) {
            assertThat(watch.end())
                    .isEqualTo(GpuMeasures.unknown("the run ended before its GPUs were asked, after 30000 ms"));
        }
    }

    @Test
    void saysWhatTheProgramSaidWhenItFailed() throws IOException {
        String program = program("echo 'No devices were found'; exit 6");

        assertThat(await(new GpuWatch(program, List.of("0"), OFTEN, PATIENT), GpuWatchTest::gaveUp)
                        .gpuDetail())
                .isEqualTo("5 of 5 questions failed, so it was asked no more; the last: nvidia-smi:"
                        + " ended with exit code 6 and said 'No devices were found'");
    }

    @Test
    void goesOnAfterAFailure() throws IOException {
        String program = program(counting("[ $((n % 5)) = 0 ] && echo '50, 100' && exit; echo busy; exit 1"));

        // After the first four failures, an answer and two failures more.
        GpuMeasures measures =
                await(new GpuWatch(program, List.of("0"), OFTEN, PATIENT), seen -> String.valueOf(seen.gpuDetail())
                        .matches("([6-9]|\\d\\d+) of .*"));

        assertThat(measures.gpuUtilization()).isEqualTo(0.5);
        assertThat(measures.gpuMemoryBytes()).isEqualTo(100L << 20);
        assertThat(measures.gpuDetail())
                .matches("\\d+ of \\d+ questions failed; the last: nvidia-smi: ended with exit code 1 and said 'busy'");
    }

    @Test
    void keepsWhatItSawWhenItGivesUp() throws IOException {
        String program = program(counting("[ $n -le 2 ] && echo \"$((50 * n - 25)), 100\" && exit; echo gone; exit 1"));

        assertThat(await(new GpuWatch(program, List.of("0"), OFTEN, PATIENT), GpuWatchTest::gaveUp))
                .isEqualTo(new GpuMeasures(
                        0.5,
                        100L << 20,
                        "5 of 7 questions failed, so it was asked no more; the last: nvidia-smi: ended with exit code 1 and said"
                                + " 'gone'"));
        assertThat(directory.resolve("asked")).hasContent("x\n".repeat(7));
    }

    /** A script in which {@code n} is how often it was asked, this time included. */
    private String counting(String script) {
        Path asked = directory.resolve("asked");
        return "echo x >> " + asked + "; n=$(($(wc -l < " + asked + "))); " + script;
    }

    @Test
    void doesNotWaitForAProgramThatDoesNotAnswer() throws IOException {
        String program = program("exec sleep 600");

        assertThat(await(new GpuWatch(program, List.of("0"), OFTEN, Duration.ofMillis(50)), GpuWatchTest::gaveUp)
                        .gpuDetail())
                .isEqualTo("5 of 5 questions failed, so it was asked no more; the last: nvidia-smi:"
                        + " did not answer within 50 ms");
    }

    @Test
    void endsWhileTheProgramDoesNotAnswer() throws IOException {
        Path asked = directory.resolve("asked");
        String program = program("echo $$ > " + asked + ".part; mv " + asked + ".part " + asked + "; exec sleep 600");

        GpuWatch watch = new GpuWatch(program, List.of("0"), OFTEN, PATIENT);
        while (!Files.exists(asked)) {
            Thread.onSpinWait();
        }
        assertThat(watch.end().gpuUtilization()).isNull();
        ProcessHandle.of(Long.parseLong(Files.readString(asked).strip()))
                .ifPresent(process -> process.onExit().join());
    }

    @Test
    void isMissingWhereTheProgramIsMissing() {
        GpuWatch watch = new GpuWatch(directory.resolve("none").toString(), List.of("0"), OFTEN, PATIENT);

        assertThat(await(watch, measures -> String.valueOf(measures.gpuDetail()).contains("No such file"))
                        .gpuUtilization())
                .isNull();
    }

    @Test
    void readsUtilizationInPercentAndMemoryInMebibytes() {
        assertThat(GpuReading.parse("37, 1024\n0, 0\n"))
                .containsExactly(new GpuReading(0.37, 1024L << 20), new GpuReading(0, 0));
    }

    @Test
    void refusesWhatIsNoReading() {
        for (String said :
                List.of("[N/A], 1024", "37", "37, 1024, 5", "101, 1", "-1, 1", "Failed to initialize NVML")) {
            assertThatThrownBy(() -> GpuReading.parse(said + "\n"))
                    .hasMessage("nvidia-smi: must tell a GPU's utilization in % and memory in MiB, but said '" + said
                            + "'");
        }
        assertThatThrownBy(() -> GpuReading.parse("\n"))
                .hasMessage("nvidia-smi: must tell of at least one GPU, but said nothing");
    }
}
