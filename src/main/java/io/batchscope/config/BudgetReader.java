package io.batchscope.config;

import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;

/** Reads the {@code budget} block of a study or of a recipe. */
final class BudgetReader {
    private static final List<String> LENGTHS = List.of("epochs", "steps", "examples");

    private BudgetReader() {}

    static BudgetConfig read(Section budget) {
        List<Span> lengths = List.of(
                new Span(positive(budget.optionalNumber("epochs", Interval.above(0))), Span.Unit.EPOCHS),
                new Span(positive(whole(budget, "steps")), Span.Unit.STEPS),
                new Span(positive(whole(budget, "examples")), Span.Unit.EXAMPLES));
        List<String> given = given(budget);
        Span length = lengths.get(given.isEmpty() ? 0 : LENGTHS.indexOf(given.get(0)));
        return new BudgetConfig(
                length,
                budget.has("equal") ? Optional.of(budget.choice("equal", BudgetConfig.Equal.class)) : Optional.empty(),
                budget.whole("min-updates", 0, Integer.MAX_VALUE),
                budget.optionalNumber("seconds", Interval.above(0)));
    }

    /** What says how long a run is; a recipe's own replaces the study's. */
    private static List<String> given(Section budget) {
        List<String> given = LENGTHS.stream().filter(budget::has).toList();
        List<String> own = given.stream().filter(key -> !budget.inherits(key)).toList();
        return own.isEmpty() ? given : own;
    }

    private static Optional<Double> whole(Section budget, String key) {
        return budget.has(key) ? Optional.of((double) budget.whole(key, 1, 1_000_000_000_000_000L)) : Optional.empty();
    }

    private static double positive(Optional<Double> value) {
        return value.filter(number -> number > 0 && !number.isInfinite()).orElse(0.0);
    }

    /** Refuses a length that is missing or said twice. */
    static void require(Section budget) {
        List<String> given = given(budget);
        if (given.size() != 1) {
            budget.refuse("must have exactly one of epochs, steps, examples, but has "
                    + (given.isEmpty() ? "none" : String.join(" and ", given)) + "; keep one");
        }
    }
}
