package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.result.ResultStoreException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class ErrorsTest {
    private static String errors(int expectedCode, IntSupplier command) {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            assertThat(command.getAsInt()).isEqualTo(expectedCode);
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void badArgumentsNameTheCommandAndItsHelp() {
        assertThat(errors(ExitCode.USAGE, () -> Main.run("study")))
                .isEqualTo("error: command line (batchscope study): Missing required parameter: 'CONF';"
                        + " try 'batchscope study --help'\n");
        assertThat(errors(ExitCode.USAGE, () -> Main.run("data")))
                .isEqualTo("error: command line (batchscope data): one of the commands fetch, prepare is needed;"
                        + " try 'batchscope data --help'\n");
        assertThat(errors(
                        ExitCode.USAGE,
                        () -> Main.run(
                                "data", "prepare", "--format", "csv", "--output", "x", "--validation-fraction", "2")))
                .startsWith("error: command line (batchscope data prepare): ")
                .endsWith("; try 'batchscope data prepare --help'\n");
    }

    @Test
    void aResultsDirectoryThatCannotBeUsedIsBadUsageAndNotAnUnexpectedFailure() {
        assertThat(errors(
                        ExitCode.USAGE,
                        () -> Errors.report(new ResultStoreException("no results (x): rule; advice"), false)))
                .isEqualTo("error: no results (x): rule; advice\n");
    }
}
