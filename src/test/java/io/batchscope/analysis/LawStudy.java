package io.batchscope.analysis;

import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;

/**
 * A made-up study that follows known laws, a little apart from run to run: the target takes S = 100 + 100,000/B updates, an update
 * on two workers t = 2 ms + 0.02 ms a worker's example, so that B_crit is 1,000, half utilisation 200, and B* = √200,000.
 * Of the largest batch size no run arrived.
 */
public final class LawStudy {
    /** Batch sizes of runs that arrived. */
    public static final List<Long> ARRIVED = List.of(16L, 64L, 256L, 1024L);

    /** Of runs that ended before the target. */
    public static final long LATE = 8192;

    /** Updates that the late runs did. */
    public static final long LATE_STEPS = 90;

    private static final int WORKERS = 2;

    private LawStudy() {}

    /** Updates to the target by the law. */
    public static double steps(double batchSize) {
        return 100 + 1e5 / batchSize;
    }

    /** Seconds of an update by the law. */
    public static double seconds(double batchSize) {
        return 2e-3 + 2e-5 * batchSize / WORKERS;
    }

    /** In one mode. */
    public static StudyTables tables() {
        return tables(List.of("synchronous"));
    }

    /** The same in several modes. */
    public static StudyTables tables(List<String> modes) {
        List<RunFixture> runs = new ArrayList<>();
        List<StepRecord> rows = new ArrayList<>();
        for (String mode : modes) {
            for (int seed = 1; seed <= 3; seed++) {
                for (long batchSize : ARRIVED) {
                    double apart = 1 + 0.02 * ((batchSize / 16 * 5 + 3L * seed) % 5 - 2);
                    long steps = Math.round(steps(batchSize) * apart);
                    runs.add(run(mode, batchSize, seed, steps, rows)
                            .with("stepsToTarget", steps)
                            .with("secondsToTarget", steps * seconds(batchSize)));
                }
                runs.add(run(mode, LATE, seed, LATE_STEPS, rows));
            }
        }
        return RunFixture.tables(rows, runs.toArray(new RunFixture[0]));
    }

    private static RunFixture run(String mode, long batchSize, long seed, long steps, List<StepRecord> rows) {
        String id = mode + batchSize + "-" + seed;
        rows.add(step(id, batchSize, seed));
        return RunFixture.run(batchSize, seed)
                .with("runId", id)
                .with("syncMode", mode)
                .with("workers", WORKERS)
                .with("steps", steps);
    }

    private static StepRecord step(String id, long batchSize, long seed) {
        double seconds = seconds(batchSize) * (1 + 0.01 * (seed - 2));
        return new StepRecord(
                "example",
                id,
                batchSize,
                seed,
                1,
                0,
                batchSize,
                batchSize,
                0.1,
                null,
                1,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                seconds,
                0,
                0,
                seconds,
                StepMeasures.NONE);
    }
}
