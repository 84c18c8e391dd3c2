package io.batchscope.analysis;

import io.batchscope.law.GoalTime;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of runs to a target, looked for every so many updates, that take what a law says and a little more or less. */
public final class GoalRows {
    private final List<RunRecord> runs = new ArrayList<>();
    private final List<StepRecord> steps = new ArrayList<>();
    private final List<EvalRecord> evals = new ArrayList<>();

    /**
     * A run that passes the target after so many updates, seen at the next evaluation.
     *
     * @param every updates between evaluations
     * @param updateSeconds what its updates take
     */
    public GoalRows arrived(long batch, long seed, int workers, double updates, long every, double updateSeconds) {
        long seen = (long) Math.ceil(updates / every) * every;
        add(
                RunFixture.run(batch, seed)
                        .with("workers", workers)
                        .with("outcome", "ReachedTarget")
                        .with("steps", seen)
                        .with("examples", seen * batch)
                        .with("stepsToTarget", seen)
                        .with("secondsToTarget", seen * updateSeconds),
                seen,
                every,
                updateSeconds);
        return this;
    }

    /** Seeds 1 to {@code seeds} of one that takes what a law says, each up to a tenth more or less. */
    public GoalRows by(GoalTime law, long batch, int seeds, long every) {
        for (int seed = 1; seed <= seeds; seed++) {
            double more = 1 + ((batch / 8 * 7 + seed * 5L) % 11 - 5) / 50.;
            double slower = 1 + ((batch / 8 * 3 + seed * 4L) % 7 - 3) / 100.;
            arrived(
                    batch,
                    seed,
                    law.workers(),
                    law.goal().steps(batch) * more,
                    every,
                    law.update().seconds((double) batch / law.workers()) * slower);
        }
        return this;
    }

    /** A run with rows of evaluations at every so many updates up to {@code last}. */
    GoalRows add(RunFixture run, long last, long every, @Nullable Double updateSeconds) {
        RunRecord row = run.toRecord();
        row = run.with("runId", row.runId() + "-" + row.workers()).toRecord();
        runs.add(row);
        for (long step = 0; step <= last; step += every) {
            evals.add(new EvalRecord(
                    "example", row.runId(), row.batchSize(), row.seed(), step, 0, 0, 0, "validation", 1, 0.5));
        }
        if (updateSeconds != null) {
            steps.add(RunFixture.timed(row, row.batchSize(), updateSeconds, 0, StepMeasures.NONE));
        }
        return this;
    }

    public StudyTables tables() {
        return new StudyTables(runs, steps, evals, List.of());
    }
}
