package io.batchscope.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanTest {
    @ParameterizedTest
    @CsvSource({
        "5 epochs, 5, EPOCHS, 5 epochs",
        "1 epoch, 1, EPOCHS, 1 epochs",
        "0.5epochs, 0.5, EPOCHS, 0.5 epochs",
        "200 steps, 200, STEPS, 200 steps",
        "1 step, 1, STEPS, 1 steps",
        "1e6 examples, 1000000, EXAMPLES, 1000000 examples",
        "10 %, 10, PERCENT, 10 %",
        "10%, 10, PERCENT, 10 %",
        "' .5 % ', 0.5, PERCENT, 0.5 %",
        "0 steps, 0, STEPS, 0 steps"
    })
    void readsANumberAndAUnit(String text, double value, Span.Unit unit, String printed) {
        Span span = Span.parse(text);

        assertThat(span).isEqualTo(new Span(value, unit));
        assertThat(span).hasToString(printed);
        assertThat(Span.parse(span.toString())).isEqualTo(span);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "epochs", "-1 steps", "5 minutes", "5 epochs 3 steps", "NaN steps", "5. steps"})
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> Span.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is not a duration; write a number and one of steps, epochs, examples, %,"
                        + " as in \"5 epochs\"");
    }

    @Test
    void refusesNegativeAndInfiniteValues() {
        assertThatThrownBy(() -> new Span(-1, Span.Unit.STEPS))
                .hasMessage("a span must be a finite number of at least 0, but is -1.0");
        assertThatThrownBy(() -> Span.parse("1e999 steps"))
                .hasMessage("a span must be a finite number of at least 0, but is Infinity");
        assertThatThrownBy(() -> new Span(Double.NaN, Span.Unit.STEPS))
                .hasMessage("a span must be a finite number of at least 0, but is NaN");
    }

    @ParameterizedTest
    @CsvSource({
        // for 10 examples at batch size 4 (3 steps an epoch) and a run of 200 steps
        "7 steps, 7",
        "0 steps, 0",
        "2 epochs, 6",
        "0.5 epochs, 2",
        "0.1 epochs, 0",
        "10 examples, 3",
        "11 examples, 4",
        "10 %, 20",
        "100 %, 200",
        "0.2 %, 0"
    })
    void becomesSteps(String text, long steps) {
        assertThat(Span.parse(text).toSteps(new EpochGeometry(10, 4), 200)).isEqualTo(steps);
    }
}
