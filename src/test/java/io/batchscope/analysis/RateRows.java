package io.batchscope.analysis;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The rows of a search made by hand: each run has a validation loss before its first update and one in the end. */
public final class RateRows {
    private final List<RunRecord> runs = new ArrayList<>();
    private final List<EvalRecord> evals = new ArrayList<>();

    /** A run that starts at a validation loss of 1. */
    public RateRows add(long batch, double factor, long seed, RunFixture run) {
        RunRecord row = run.with("learningRateFactor", factor)
                .with("peakLearningRate", 0.1 * factor)
                .with("runId", "r" + batch + "x" + factor + "-" + seed)
                .toRecord();
        runs.add(row);
        evals.add(new EvalRecord("example", row.runId(), batch, seed, 0, 0, 0, 0, "validation", 1, null));
        return this;
    }

    /** A run that ends at this validation loss; it diverged if that is not finite. */
    RateRows add(long batch, double factor, long seed, double loss) {
        RunFixture run = RunFixture.run(batch, seed);
        return add(batch, factor, seed, Double.isFinite(loss) ? run.with("validationLoss", loss) : run.diverged());
    }

    /** With each factor, the loss of its rate, 0.1 times the factor. */
    RateRows addAll(long batch, long seed, List<Double> factors, DoubleUnaryOperator lossOfRate) {
        factors.forEach(factor -> add(batch, factor, seed, lossOfRate.applyAsDouble(0.1 * factor)));
        return this;
    }

    public StudyTables tables() {
        return new StudyTables(runs, List.of(), evals, List.of());
    }

    StudyTables withoutEvaluations() {
        return new StudyTables(runs, List.of(), List.of(), List.of());
    }

    /** The only search. */
    RateSearch search() {
        List<RateSearch> searches = RateSearches.of(tables()).searches();
        if (searches.size() != 1) {
            throw new AssertionError("one search expected, but there are " + searches.size());
        }
        return searches.get(0);
    }

    /** The range of the only search; null where there is none. */
    @Nullable
    RateRange range() {
        return search().range();
    }
}
