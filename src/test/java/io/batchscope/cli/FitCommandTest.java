package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.data.DataException;
import io.batchscope.law.Arrival;
import io.batchscope.law.ReferenceRuns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitCommandTest {
    @TempDir
    private Path folder;

    private record Ended(int code, String out, String errors) {}

    private static Ended run(String... arguments) {
        PrintStream out = System.out;
        PrintStream errors = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        try (PrintStream intoOut = new PrintStream(printed, true, StandardCharsets.UTF_8);
                PrintStream intoErrors = new PrintStream(complained, true, StandardCharsets.UTF_8)) {
            System.setOut(intoOut);
            System.setErr(intoErrors);
            int code = Main.run(arguments);
            return new Ended(
                    code, printed.toString(StandardCharsets.UTF_8), complained.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(errors);
        }
    }

    private Path file(String... lines) throws IOException {
        return Files.write(folder.resolve("runs.csv"), List.of(lines));
    }

    @Test
    void printsTheLawOfTheReferenceRunsOfResNet50() {
        Ended fit = run("fit", ReferenceRuns.RES_NET_50.toString());

        assertThat(fit.code()).isZero();
        assertThat(fit.out().lines())
                .anySatisfy(line -> assertThat(line).containsPattern(" 1,632 +17 +17 .* perfect scaling"))
                .anySatisfy(line -> assertThat(line).containsPattern(" 67,840 +28 +28 .* diminishing returns"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("critical_batch_size").contains("of 130 runs at 10 batch sizes"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("maximal_parallelism_start")
                        .endsWith("by the law alone, for no such batch size was tried."));
    }

    @Test
    void printsFindingsAsJson() throws IOException {
        JsonNode document = new ObjectMapper()
                .readTree(run("fit", "--json", ReferenceRuns.RES_NET_50.toString())
                        .out());

        JsonNode critical = document.path("findings").path(0);
        assertThat(document.path("runs").asInt()).isEqualTo(130);
        List<String> columns = new ArrayList<>();
        critical.fieldNames().forEachRemaining(columns::add);
        assertThat(columns).containsExactly("study", "finding", "batch_size", "value", "low", "high", "unit", "detail");
        assertThat(critical.path("finding").asText()).isEqualTo("critical_batch_size");
        assertThat(critical.path("value").asDouble()).isCloseTo(46_900, withinPercentage(3));
        assertThat(critical.path("low").asDouble()).isBetween(30_000., 46_000.);
        assertThat(critical.path("high").asDouble()).isBetween(47_000., 60_000.);
        assertThat(document.path("findings"))
                .extracting(row -> row.path("finding").asText())
                .containsExactly(
                        "critical_batch_size",
                        "minimum_steps",
                        "minimum_examples",
                        "perfect_scaling_end",
                        "maximal_parallelism_start");
    }

    @Test
    void readsQuotesBlanksOtherColumnsAndRunsThatNeverArrived() throws IOException {
        Path file = file(
                "\uFEFF\"Batch_Size\", examples ,note,reached",
                "8, 80, x, true",
                "",
                "\"16\",320,y,FALSE",
                "32,6.4e2,,true");

        assertThat(ArrivalsFile.read(file))
                .containsExactly(new Arrival(8, 10, true), new Arrival(16, 20, false), new Arrival(32, 20, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "batch_size,steps/1,2/x,3 | (line 3): batch_size must be a number, but is 'x'; correct the line",
                "batch_size,steps/1.5,2 | (line 2): batch_size must be a whole number, but is '1.5'; correct the line",
                "batch_size,steps/0,2 | (line 2): batch_size must be above 0 and finite, but is '0'; correct the line",
                "batch_size,steps/1,-2 | (line 2): steps must be above 0 and finite, but is '-2'; correct the line",
                "batch_size,steps/1,NaN | (line 2): steps must be above 0 and finite, but is 'NaN'; correct the line",
                "batch_size,examples/7 | (line 2): examples must be there, but is '7'; correct the line",
                "batch_size,steps,reached/1,2,no | (line 2): reached must be true or false, but is 'no'; correct the line"
            })
    void namesTheLineThatIsWrong(String lines, String message) throws IOException {
        Path file = file(lines.split("/"));

        assertThatThrownBy(() -> ArrivalsFile.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage("file '" + file + "' " + message);
    }

    @Test
    void namesWhatIsWrongWithTheFile() throws IOException {
        Path file = file("batch,steps");
        assertThatThrownBy(() -> ArrivalsFile.read(file))
                .hasMessage("file '" + file
                        + "' (line 1): must be a line of column names with batch_size and either steps or"
                        + " examples, but is 'batch,steps'; name the columns so");
        Path empty = file();
        assertThatThrownBy(() -> ArrivalsFile.read(empty)).hasMessageContaining("but is empty");
        Path two = file("batch_size,steps", "8,100", "16,60");
        Ended ended = run("fit", two.toString());
        assertThat(ended.code()).isEqualTo(ExitCode.DATA);
        assertThat(ended.errors())
                .contains(
                        "(runs): the law needs at least 3 batch sizes with a run that reached the goal, but has 2; add"
                                + " batch sizes");
        Ended missing = run("fit", folder.resolve("none.csv").toString());
        assertThat(missing.code()).isEqualTo(ExitCode.DATA);
        assertThat(missing.errors()).contains("none.csv", "must be a readable file of text");
    }
}
