package io.batchscope.analysis;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables of runs on several numbers of workers, with the times that a test chooses. */
public final class ScalingRows {
    private final List<RunRecord> runs = new ArrayList<>();
    private final List<StepRecord> steps = new ArrayList<>();
    private final List<ProbeRecord> probes = new ArrayList<>();

    /** A run of the synchronous mode whose updates take so long, on a machine with two processors. */
    public ScalingRows run(long batchSize, int workers, long seed, double updateSeconds) {
        return run(batchSize, workers, seed, updateSeconds, null);
    }

    /** One that took so long to the target; null: it did not reach it. */
    public ScalingRows run(
            long batchSize, int workers, long seed, double updateSeconds, @Nullable Double secondsToTarget) {
        String id = "r" + batchSize + "-" + workers + "-" + seed;
        RunFixture run = fixture(id, batchSize, workers, seed);
        runs.add(run.with("secondsToTarget", secondsToTarget).toRecord());
        // The first update is slow, some are measured: the median of the others is what counts.
        steps.add(step(id, batchSize, seed, 9 * updateSeconds, StepMeasures.NONE));
        for (int i = 0; i < 4; i++) {
            steps.add(step(id, batchSize, seed, updateSeconds, StepMeasures.NONE));
            steps.add(step(
                    id, batchSize, seed, 5 * updateSeconds, new StepMeasures(null, null, null, null, null, 0.5, 2.0)));
        }
        machine(id, batchSize, seed, 2, 2.0 / workers);
        return this;
    }

    /** The last run was on machines with so many processors instead, and with so few a worker on one of them. */
    public ScalingRows on(double total, double perWorker) {
        ProbeRecord last = probes.remove(probes.size() - 1);
        probes.remove(probes.size() - 1);
        machine(last.runId(), last.batchSize(), last.seed(), total, perWorker);
        return this;
    }

    private void machine(String id, long batchSize, long seed, double total, double perWorker) {
        for (Map.Entry<String, Double> row :
                Map.of("processors", total, "processors_per_worker", perWorker).entrySet()) {
            probes.add(new ProbeRecord(
                    "example", id, batchSize, seed, 0, "machine", row.getKey(), row.getValue(), null, "{}"));
        }
    }

    /** A run that averages every eighth update, with a training time and without rows of steps. */
    public ScalingRows averaged(long batchSize, int workers, long seed, double trainSeconds, long updates) {
        RunFixture run = fixture("a" + batchSize + "-" + workers + "-" + seed, batchSize, workers, seed);
        runs.add(run.with("syncMode", "parameter-averaging")
                .with("syncSettings", "every 8 steps")
                .with("syncEvery", 8)
                .with("trainSeconds", trainSeconds)
                .with("steps", updates)
                .toRecord());
        return this;
    }

    /** The tables so far. */
    public StudyTables tables() {
        return new StudyTables(List.copyOf(runs), List.copyOf(steps), List.<EvalRecord>of(), List.copyOf(probes));
    }

    private static RunFixture fixture(String id, long batchSize, int workers, long seed) {
        return RunFixture.run(batchSize, seed)
                .with("runId", id)
                .with("syncMode", "synchronous")
                .with("syncEvery", 1)
                .with("workers", workers)
                .with("testAccuracy", 0.8);
    }

    private static StepRecord step(String id, long batchSize, long seed, double seconds, StepMeasures measures) {
        return new StepRecord(
                "example",
                id,
                batchSize,
                seed,
                1,
                0.1,
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
                seconds * 0.5,
                0,
                0,
                seconds,
                measures);
    }
}
