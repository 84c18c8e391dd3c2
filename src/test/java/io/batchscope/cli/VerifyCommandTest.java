package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.verify.Check;
import io.batchscope.verify.KnownAnswers.Group;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class VerifyCommandTest {
    private record Said(int code, String text) {}

    private static Said say(VerifyCommand command) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            int code = command.call();
            return new Said(code, bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    /** Every known answer, by the pieces that studies are made of. */
    @Test
    void everyAnswerIsRight() {
        Said said = say(new VerifyCommand());
        assertThat(said.text())
                .doesNotContain("MISS")
                .contains(" answers are right")
                .contains("standard error", "seed");
        assertThat(said.code()).isZero();
    }

    @Test
    void oneWrongAnswerIsAFailure() {
        Check right = new Check("one", 1, 1.0000001, 1e-6, null);
        Check wrong = new Check("two", 2, 2.5, 0.4, new Check.Sampling(0.1, 7, 1));
        Check none = new Check("three", 3, Double.NaN, 1, null);
        Said said = say(new VerifyCommand(List.of(new Group("numbers", "a book", lab -> List.of(right, wrong, none)))));
        assertThat(said.code()).isEqualTo(ExitCode.UNEXPECTED);
        assertThat(said.text())
                .contains("1 of 3 answers are right, 2 wrong")
                .containsPattern("ok +one +1.000000 +1.000000 +1.0e-06")
                .containsPattern("MISS +two +2.000000 +2.500000 +0.40 +standard error 0.10, seed 7")
                .containsPattern("MISS +three +3.000000 +NaN");
    }

    @Test
    void anAnswerThatDoesNotComeIsAFailure() {
        Check right = new Check("one", 1, 1, 1e-6, null);
        Said said = say(new VerifyCommand(List.of(
                new Group("rows", "a book", lab -> {
                    throw new NoSuchElementException("No value present");
                }),
                new Group("numbers", "a book", lab -> List.of(right)))));
        assertThat(said.code()).isEqualTo(ExitCode.UNEXPECTED);
        assertThat(said.text())
                .contains("1 of 2 answers are right, 1 wrong")
                .containsPattern(
                        "MISS +rows +no answer: java.util.NoSuchElementException: No value present \\(VerifyCommandTest.java:\\d+\\)\n")
                .containsPattern("ok +one +1.000000");
    }

    /** Four standard errors must fit into the tolerance: noise neither makes a right answer nor excuses a wrong one. */
    @Test
    void aSampleThatIsTooNoisyIsAFailure() {
        Check quiet = new Check("quiet", 2, 2.01, 0.06, new Check.Sampling(0.014, 7, 3));
        Check noisy = new Check("noisy", 2, 2.01, 0.06, new Check.Sampling(0.016, 7, 3));
        Check unknown = new Check("unknown", 2, 2.01, 0.06, new Check.Sampling(Double.NaN, 7, 3));
        Said said =
                say(new VerifyCommand(List.of(new Group("numbers", "a book", lab -> List.of(quiet, noisy, unknown)))));
        assertThat(said.code()).isEqualTo(ExitCode.UNEXPECTED);
        assertThat(said.text())
                .containsPattern("ok +quiet .*standard error 0.014, seeds 7 to 9\n")
                .containsPattern(
                        "MISS +noisy .*standard error 0.016, seeds 7 to 9; too noisy: 4 standard errors are more than")
                .containsPattern("MISS +unknown .*too noisy");
    }
}
