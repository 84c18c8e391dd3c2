package io.batchscope.units;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stretch of training in the unit in which a person said it: {@code "5 epochs"}, {@code "200 steps"},
 * {@code "1e6 examples"}, {@code "10 %"}. Converted to optimizer updates once, by the planner.
 *
 * @param value how many, finite and not negative
 * @param unit of what
 */
public record Span(double value, Unit unit) {
    /** What a span is counted in. */
    public enum Unit {
        STEPS,
        EPOCHS,
        EXAMPLES,
        /** Hundredths of the whole run. */
        PERCENT
    }

    private static final Pattern TEXT =
            Pattern.compile("\\s*([0-9]*\\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\\s*(steps?|epochs?|examples?|%)\\s*");

    public Span {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("a span must be a finite number of at least 0, but is " + value);
        }
    }

    /**
     * Reads {@code "<number> <unit>"}.
     *
     * @throws IllegalArgumentException with the forms that are understood
     */
    public static Span parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' is not a duration; write a number and one of steps, epochs, examples, %, as in \"5 epochs\"");
        }
        String name = matcher.group(2);
        Unit unit = name.startsWith("step")
                ? Unit.STEPS
                : name.startsWith("epoch") ? Unit.EPOCHS : name.startsWith("example") ? Unit.EXAMPLES : Unit.PERCENT;
        return new Span(Double.parseDouble(matcher.group(1)), unit);
    }

    /**
     * This span in optimizer updates, to the nearest one (examples: the first update that completes them).
     *
     * @param geometry the run's epochs
     * @param runSteps the whole run in updates; what {@code %} is taken of
     */
    public long toSteps(EpochGeometry geometry, long runSteps) {
        return switch (unit) {
            case STEPS -> Math.round(value);
            case EPOCHS -> Math.round(value * geometry.stepsPerEpoch());
            case EXAMPLES -> geometry.stepsForExamples(Math.round(value));
            case PERCENT -> Math.round(value / 100 * runSteps);
        };
    }

    @Override
    public String toString() {
        String number =
                value == Math.rint(value) && value < 1e15 ? Long.toString((long) value) : Double.toString(value);
        return number + (unit == Unit.PERCENT ? " %" : " " + unit.name().toLowerCase(Locale.ROOT));
    }
}
