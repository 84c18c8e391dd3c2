package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.DataException;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class DataCommandTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private String run(String... arguments) throws Exception {
        StringWriter out = new StringWriter();
        Exception[] failure = new Exception[1];
        CommandLine line = new CommandLine(new DataCommand(spark::session))
                .setOut(new PrintWriter(out))
                .setExecutionExceptionHandler((e, command, result) -> {
                    failure[0] = e;
                    return 1;
                })
                .setParameterExceptionHandler((e, given) -> {
                    failure[0] = e;
                    return 2;
                });
        line.execute(arguments);
        if (failure[0] != null) {
            throw failure[0];
        }
        return out.toString();
    }

    @Test
    void preparesCsvAndFindsItPreparedTheSecondTime() throws Exception {
        StringBuilder text = new StringBuilder("x,kind\n");
        for (int i = 0; i < 20; i++) {
            text.append(i).append(i % 2 == 0 ? ",even\n" : ",odd\n");
        }
        Path input = Files.writeString(directory.resolve("in.csv"), text);
        String output = directory.resolve("out").toString();
        String[] arguments = {
            "prepare", "--format", "csv", "--input", input.toString(), "--output", output, "--label", "kind"
        };
        assertThat(run(arguments))
                .isEqualToNormalizingNewlines(
                        output + ": prepared, train 16, validation 2, test 2, shape [1], 2 classes\n");
        assertThat(run(arguments))
                .isEqualToNormalizingNewlines(
                        output + ": already prepared, train 16, validation 2, test 2, shape [1], 2 classes\n");
    }

    @Test
    void preparesASyntheticRegression() throws Exception {
        String output = directory.resolve("out").toString();
        assertThat(run(
                        "prepare",
                        "--format",
                        "synthetic",
                        "--output",
                        output,
                        "--task",
                        "regression",
                        "--examples",
                        "100",
                        "--features",
                        "7",
                        "--validation-fraction",
                        "0",
                        "--test-fraction",
                        "0.25"))
                .isEqualToNormalizingNewlines(output + ": prepared, train 75, validation 0, test 25, shape [7]\n");
    }

    @Test
    void refusesWhatNoPreparationCanUse() {
        assertThatThrownBy(() -> run("prepare", "--format", "xml", "--output", "x"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("format must be one of idx, csv, parquet, synthetic, but is 'xml'");
        assertThatThrownBy(() -> run("prepare", "--format", "csv", "--output", "x"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("input must name at least one file or directory");
        assertThatThrownBy(() -> run("prepare", "--format", "synthetic", "--output", "x", "--task", "sorting"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("task must be one of classification, regression, but is 'sorting'");
    }

    @Test
    void helpNamesDefaultsOnlyWhereThereAreSome() throws Exception {
        String help = run("prepare", "--help");
        assertThat(help).contains("default: 0.1.", "default: 24.").doesNotContain("Optional", "Default: []", "${");
    }

    @Test
    void passesBadDataOn() throws IOException {
        Path input = Files.writeString(directory.resolve("in.csv"), "x,label\n1,0\n");
        assertThatThrownBy(() -> run(
                        "prepare",
                        "--format",
                        "csv",
                        "--input",
                        input.toString(),
                        "--output",
                        directory.resolve("out").toString()))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("label 0 (in.csv, row 1): a classification needs at least 2 classes");
        assertThatThrownBy(() -> run("fetch", "cifar", "--output", directory.toString()))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("data set (cifar): the ones that can be fetched are fashion-mnist");
    }
}
