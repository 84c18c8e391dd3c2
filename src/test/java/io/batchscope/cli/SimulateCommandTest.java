package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.analysis.ClusterRows;
import io.batchscope.data.DataException;
import io.batchscope.result.ResultStoreException;
import io.batchscope.result.RunResult;
import io.batchscope.spark.ParquetResultStore;
import io.batchscope.testing.LocalSpark;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class SimulateCommandTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    private Path results;

    private String run(String... options) throws Exception {
        StringWriter out = new StringWriter();
        Exception[] failure = new Exception[1];
        CommandLine line = new CommandLine(new SimulateCommand(spark::session))
                .setOut(new PrintWriter(out))
                .setExecutionExceptionHandler((e, command, result) -> {
                    failure[0] = e;
                    return 1;
                })
                .setParameterExceptionHandler((e, given) -> {
                    failure[0] = e;
                    return 2;
                });
        line.execute(
                Stream.concat(Stream.of(results.toString()), Stream.of(options)).toArray(String[]::new));
        if (failure[0] != null) {
            throw failure[0];
        }
        return out.toString();
    }

    private void write(List<RunResult> runs) {
        try (ParquetResultStore store = new ParquetResultStore(spark.session(), results.toString())) {
            // One seed is enough, and quicker.
            runs.stream().filter(run -> run.run().seed() == 1).forEach(store::write);
        }
    }

    @Test
    void printsTablesAndSentences() throws Exception {
        write(ClusterRows.study(true, 1, 2, 4));

        String text = run("--workers", "8,1,2", "--price-per-worker-hour", "3");

        assertThat(text.lines())
                .anySatisfy(line -> assertThat(line)
                        .isEqualTo(
                                "study example: a worker's update takes 2 ms and 4 µs an example (4 runs with 1 worker);"
                                        + " link: 100 µs a hop, 1,000 MB/s; sums of 976.6 KiB for 250,000 parameters"))
                .anySatisfy(line -> assertThat(line).matches("workers +batch +each .* worker-hours +cost"))
                .anySatisfy(line -> assertThat(line).matches(" +1 +716 +716 .*"))
                .anySatisfy(line -> assertThat(line).matches(" +4 +64 +1 .* oversubscribed: .* times 2"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith(
                                "fastest_workers      Of those simulated 8 workers at batch 3,248 (95 % interval 3,24")
                        .contains(" reach the target soonest: in 8.9"))
                .anySatisfy(line -> assertThat(line).startsWith("update_model_error   The model's update differs"));
        assertThat(text.indexOf("\n      2 ")).isLessThan(text.indexOf("\n      8 "));
    }

    @Test
    void printsOneJsonDocument() throws Exception {
        write(ClusterRows.study(true, 1, 2));

        JsonNode document = new ObjectMapper()
                .readTree(run("--workers", "1,64", "--json", "--bandwidth", "10Gbit", "--price-per-worker-hour", "3"));

        assertThat(document.path("latency_seconds").asDouble()).isCloseTo(1e-4, withinPercentage(1e-6));
        assertThat(document.path("bandwidth_bytes_per_second").asDouble()).isEqualTo(1.25e9);
        JsonNode row = document.path("rows").path(1);
        assertThat(row.path("workers").asInt()).isEqualTo(64);
        // 2 · 63 · 100 µs + 2 · 63/64 · 1 MB / 1.25 GB/s.
        assertThat(row.path("sum_seconds").asDouble()).isCloseTo(0.014175, withinPercentage(1e-6));
        assertThat(row.path("cost").asDouble())
                .isCloseTo(3 * 64 * row.path("seconds_to_target").asDouble() / 3600, withinPercentage(1e-6));
        assertThat(document.path("checks")).hasSize(8);
        assertThat(document.path("findings"))
                .extracting(finding -> finding.path("finding").asText())
                .containsExactly("fastest_workers", "cheapest_workers", "last_paying_workers", "update_model_error");
    }

    @Test
    void aStudyOfOneWorkerNeedsToBeToldTheLink() throws Exception {
        write(ClusterRows.study(false, 1));

        assertThat(run("--workers", "1")).contains("link: not measured", "note: the time to a target is not known");
        assertThatThrownBy(() -> run("--workers", "1,8", "--latency", "1e-4"))
                .isInstanceOf(ParameterException.class)
                .hasMessage(
                        "link (" + results + "): must be known for several workers, but no run measured it; give both"
                                + " --latency and --bandwidth, or run the study with sync.workers = [1, 2]");
        assertThat(run("--workers", "1,8", "--latency", "1e-4", "--bandwidth", "1.25GB/s"))
                .contains("link: 100 µs a hop, 1,250 MB/s");
        assertThatThrownBy(() -> run("--workers", "1,70000", "--latency", "1e-4", "--bandwidth", "1GB"))
                .isInstanceOf(ParameterException.class)
                .hasMessage(
                        "workers 70000 (--workers): must be at most the 65,536 training examples, for each takes part in"
                                + " every update; ask for fewer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--workers 0,8 | workers 0 (--workers): must be at least 1; correct the list",
                "--workers 8,1,8 | workers [8, 1, 8] (--workers): must be different numbers; leave out what is there twice",
                "--workers 8 --latency=-1 | latency -1.0 (--latency): must be seconds, at least 0; correct it",
                "--workers 8 --latency NaN | latency NaN (--latency): must be seconds, at least 0; correct it",
                "--workers 8 --price-per-worker-hour=-2 | price-per-worker-hour -2.0 (--price-per-worker-hour): must be a price,"
                        + " at least 0; correct it"
            })
    void refusesOptionsThatMakeNoSense(String options, String message) {
        assertThatThrownBy(() -> run(options.split(" ")))
                .isInstanceOf(ParameterException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"0", "-5", "10 Gibit", "fast", "1e999"})
    void refusesBandwidthsThatAreNone(String bandwidth) {
        assertThatThrownBy(() -> run("--workers", "8", "--bandwidth=" + bandwidth))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(
                        "bandwidth '" + bandwidth + "' (--bandwidth): must be a number of bytes a second above 0");
    }

    @ParameterizedTest
    @CsvSource({
        "1.25e9,1.25e9",
        "10Gbit,1.25e9",
        "1.25GB/s,1.25e9",
        "100 Mbit/s,1.25e7",
        "8kbit,1e3",
        "2TB,2e12",
        "5B,5"
    })
    void readsBandwidthsWithUnits(String words, double bytes) {
        assertThat(new Bandwidth().convert(words)).isEqualTo(bytes);
    }

    @Test
    void namesResultsThatTellNothing() {
        assertThatThrownBy(() -> run("--workers", "8"))
                .isInstanceOf(ResultStoreException.class)
                .hasMessageContaining("no results (" + results + "): a results directory has a table 'runs'");
        write(ClusterRows.study(true, 1).subList(0, 2));
        assertThatThrownBy(() -> run("--workers", "8"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("(RESULTS): must hold step times of synchronous runs at three batch sizes");
    }
}
