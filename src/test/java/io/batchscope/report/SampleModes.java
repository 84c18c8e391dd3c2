package io.batchscope.report;

import io.batchscope.analysis.Findings;
import io.batchscope.analysis.RunFixture;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A made-up study of eight ways to synchronise two workers, of which one fails; its main method writes the report of it, to
 * look at. The numbers say nothing about the modes.
 */
final class SampleModes {
    static final ReportHeader HEADER =
            new ReportHeader("modes-compared", Instant.parse("2026-03-04T05:06:00Z"), "PARTIAL", 48, null);

    private static final long EXAMPLES = 54_000;
    private static final int EPOCHS = 3;
    /** Every step has a row up to this one, then every so many one. */
    private static final long DENSE = 8;

    private static final int WORKERS = 2;
    private static final long PARAMETERS = 235_146;
    private static final List<Way> WAYS = List.of(
            new Way("synchronous", "", 1, 1.0, 0.0, null),
            new Way("parameter-averaging", "every step", 1, 1.05, 0.0, 0.0),
            new Way("parameter-averaging", "every 8 steps", 8, 0.8, 0.004, 0.4),
            new Way("parameter-averaging", "every 64 steps", 64, 0.7, 0.02, 2.5),
            new Way("gradient-sharing", "threshold 0.001", 1, 0.85, 0.01, null),
            new Way("gradient-sharing", "target sparsity 0.99", 1, 0.83, 0.03, null),
            new Way("dl4j-parameter-averaging", "every 8 steps", 8, 3.5, 0.005, null),
            new Way("dl4j-gradient-sharing", "threshold 0.001", 0, 0.0, 0.0, null));

    private final List<RunRecord> runs = new ArrayList<>();
    private final List<StepRecord> steps = new ArrayList<>();
    private final List<EvalRecord> evals = new ArrayList<>();

    private record Way(String mode, String settings, int every, double time, double loss, @Nullable Double divergence) {
        boolean fails() {
            return every == 0;
        }

        boolean shares() {
            return mode.equals("gradient-sharing");
        }

        double bytes() {
            return mode.startsWith("dl4j") ? 0 : 4.0 * PARAMETERS * (shares() ? 0.03 : 1.0 / every);
        }
    }

    private SampleModes() {}

    /** Two batch sizes, eight modes, three seeds. */
    static StudyTables tables() {
        SampleModes study = new SampleModes();
        for (long batch : new long[] {64, 512}) {
            for (long seed = 1; seed <= 3; seed++) {
                for (Way way : WAYS) {
                    study.add(way, batch, seed);
                }
            }
        }
        return new StudyTables(study.runs, study.steps, study.evals, List.of());
    }

    private void add(Way way, long batch, long seed) {
        String id = "r" + WAYS.indexOf(way) + "-" + batch + "-" + seed;
        RunFixture run = RunFixture.run(batch, seed)
                .with("study", HEADER.study())
                .with("runId", id)
                .with("syncMode", way.mode())
                .with("syncSettings", way.settings())
                .with("syncEvery", Math.max(1, way.every()))
                .with("trainExamples", EXAMPLES)
                .with("workers", WORKERS)
                .with("model", "mlp [784, 256, 128, 10]")
                .with("parameterCount", PARAMETERS);
        boolean own = way.mode().contains("averaging") || way.mode().equals("dl4j-gradient-sharing");
        run.with("updateBatch", own ? batch / WORKERS : batch)
                .with("syncExamples", way.fails() ? null : (Long) (way.every() * batch));
        if (way.fails()) {
            runs.add(run.with("outcome", "Failed")
                    .with(
                            "outcomeDetail",
                            "Deeplearning4j's shared training did not end within 600 s; choose another sync.mode")
                    .with("steps", 0L)
                    .toRecord());
            return;
        }
        measure(run, way, batch, seed, id);
    }

    private void measure(RunFixture run, Way way, long batch, long seed, String id) {
        // What a seed does, it does to all modes.
        double ofSeed = 0.006 * new Random(batch + seed).nextGaussian();
        Random random = new Random(id.hashCode());
        long updates = EPOCHS * EXAMPLES / batch;
        double end = 0.35 + 0.0001 * batch + way.loss() + ofSeed + 0.002 * random.nextGaussian();
        for (long step = 1; step <= updates; step += step < DENSE ? 1 : DENSE) {
            addStep(way, batch, seed, step, end + 1.95 / (1 + 20.0 * step * batch / EXAMPLES), random, id);
        }
        double seconds = way.time() * EPOCHS * EXAMPLES / (9000 + 8.0 * batch) * (1 + 0.02 * random.nextGaussian());
        double accuracy = 0.97 - 0.27 * (end + 0.1);
        evals.add(new EvalRecord(
                HEADER.study(),
                id,
                batch,
                seed,
                updates,
                EPOCHS,
                updates * batch,
                seconds,
                "validation",
                end + 0.1,
                accuracy));
        runs.add(run.with("steps", updates)
                .with("plannedSteps", updates)
                .with("epochs", (double) EPOCHS)
                .with("examples", updates * batch)
                .with("trainLoss", end + 0.03)
                .with("trainAccuracy", accuracy + 0.02)
                .with("validationLoss", end + 0.1)
                .with("validationAccuracy", accuracy)
                .with("testLoss", end + 0.1)
                .with("testAccuracy", accuracy)
                .with("gapLoss", 0.07)
                .with("gapAccuracy", 0.02)
                .with("examplesPerSecond", EPOCHS * EXAMPLES / seconds)
                .with("trainSeconds", seconds)
                .with("computeSeconds", seconds * 0.8)
                .with("syncSeconds", seconds * 0.15)
                .with("dataSeconds", seconds * 0.04)
                .with("bytesSent", way.bytes() > 0 ? (Long) Math.round(way.bytes() * updates) : null)
                .with("replicaDivergence", way.divergence())
                .with("lossOscillation", 0.1)
                .toRecord());
    }

    private void addStep(Way way, long batch, long seed, long step, double loss, Random random, String id) {
        boolean agreement = step % way.every() == 0;
        Double divergence = way.divergence();
        boolean target = way.settings().startsWith("target");
        double noisy = loss * (1 + random.nextGaussian() / Math.sqrt(batch) / 3);
        steps.add(new StepRecord(
                HEADER.study(),
                id,
                batch,
                seed,
                step,
                (double) step * batch / EXAMPLES,
                step * batch,
                null,
                0.1,
                null,
                noisy,
                way.mode().contains("averaging") ? null : (Double) (0.5 + noisy),
                null,
                null,
                null,
                agreement && way.bytes() > 0 ? (Long) Math.round(way.bytes() * way.every()) : null,
                way.shares() ? (Double) (target ? 0.99 - 0.2 / step : 0.95 + 0.03 * Math.exp(-step / 200.0)) : null,
                way.shares() ? (Double) (target ? 0.001 + 0.002 / Math.sqrt(step) : 0.001) : null,
                divergence == null || !agreement ? null : (Double) (divergence * (0.5 + noisy)),
                0.01,
                0.001,
                0.0001,
                null,
                StepMeasures.NONE));
    }

    /** Argument: where to write. */
    public static void main(String[] arguments) throws IOException {
        StudyTables tables = tables();
        Files.writeString(Path.of(arguments[0]), HtmlReport.render(tables, Findings.of(tables), HEADER));
        System.out.println(SummaryTable.of(StudySummary.of(tables)));
    }
}
