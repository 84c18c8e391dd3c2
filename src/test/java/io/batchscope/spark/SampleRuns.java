package io.batchscope.spark;

import io.batchscope.result.ArithmeticMeasures;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.GradientMeasures;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;

/** Hand-made results. */
final class SampleRuns {
    private SampleRuns() {}

    /** A completed run with {@code steps} updates, three evaluations and no probes. */
    static RunResult run(String id, long batchSize, long seed, int steps) {
        return new RunResult(
                row(id, batchSize, seed, "Completed", steps),
                LongStream.rangeClosed(1, steps)
                        .mapToObj(step -> step(id, batchSize, seed, step))
                        .toList(),
                List.of(
                        eval(id, batchSize, seed, 0, "validation"),
                        eval(id, batchSize, seed, steps, "validation"),
                        eval(id, batchSize, seed, steps, "test")),
                List.of());
    }

    /** The same with a probe. */
    static RunResult probed(String id, long batchSize, long seed, int steps) {
        RunResult run = run(id, batchSize, seed, steps);
        ProbeRecord probe = new ProbeRecord(
                "study", id, batchSize, seed, steps, "sharpness", "largest_eigenvalue", 3.5, null, "{}");
        return new RunResult(run.run(), run.steps(), run.evals(), List.of(probe));
    }

    /** A run that failed before its first update. */
    static RunResult failed(String id, long batchSize, long seed) {
        return new RunResult(row(id, batchSize, seed, "Failed", 0), List.of(), List.of(), List.of());
    }

    static FindingRecord finding(String name, double value) {
        return new FindingRecord("study", name, 64L, value, null, null, "examples", "Use it.");
    }

    static StepRecord step(String id, long batchSize, long seed, long step) {
        return new StepRecord(
                "study",
                id,
                batchSize,
                seed,
                step,
                step / 10.0,
                step * batchSize,
                batchSize,
                0.1,
                1.5,
                2.0 / step,
                0.5,
                null,
                null,
                step % 2 == 0 ? 7.0 : null,
                1L << 40,
                0.999,
                null,
                null,
                0.01,
                0,
                0.001,
                null,
                StepMeasures.NONE);
    }

    private static EvalRecord eval(String id, long batchSize, long seed, long step, String split) {
        return new EvalRecord(
                "study", id, batchSize, seed, step, step / 10.0, step * batchSize, 0.5 * step, split, 0.75, 0.875);
    }

    private static RunRecord row(String id, long batchSize, long seed, String outcome, long steps) {
        return new RunRecord(
                "study",
                id,
                "linear",
                0,
                batchSize,
                2 * batchSize,
                seed,
                "synchronous",
                1,
                batchSize,
                1,
                1024,
                1,
                "",
                batchSize,
                batchSize,
                "fused",
                "nesterov",
                0.9,
                0,
                "clip norm 1.0",
                "label smoothing 0.1",
                0.1,
                "linear",
                0.05,
                0.1,
                2.0,
                5,
                "constant",
                "batch 16 from step 2",
                steps,
                outcome,
                "",
                steps,
                steps * batchSize,
                steps / 10.0,
                null,
                null,
                null,
                0.5,
                0.9,
                0.6,
                0.85,
                0.61,
                0.84,
                0.11,
                0.06,
                1000.0,
                2.5,
                2.0,
                0.0,
                0.5,
                1L << 30,
                1L << 28,
                1L << 26,
                1L << 40,
                null,
                null,
                900.0,
                new GradientMeasures(9.0, 0.01, 700.0, null, "any size above fits", 0.5, null, 3.0, 0.25, 0.99),
                new ArithmeticMeasures(1e6, 1e12, null, 1e10, null, 2e10),
                new GpuMeasures(0.75, 1L << 32, "", "rank 0: host-a GPU 0 (Sample GPU, GPU-1)"),
                Instant.parse("2026-01-02T03:04:05.678901Z"),
                "classification",
                "d1",
                "m1",
                "softmax",
                7850,
                1000,
                "host-1",
                "abc",
                "def",
                "0.1.0",
                "17.0.1",
                "Linux",
                "by hand",
                "3.5.5");
    }
}
