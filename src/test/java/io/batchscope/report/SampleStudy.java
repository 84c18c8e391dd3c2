package io.batchscope.report;

import io.batchscope.analysis.Findings;
import io.batchscope.analysis.RunFixture;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.Provenance;
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

/** A made-up study that looks like a real one; its main method writes the report of it, to look at. */
final class SampleStudy {
    static final ReportHeader HEADER = new ReportHeader(
            "fashion-mnist-mlp",
            Instant.parse("2026-03-04T05:06:00Z"),
            "SUCCEEDED",
            18,
            new Provenance("abc1234", "f00d", "0.1.0", "17.0.1", "Linux", "made up", "3.5.5"));

    private static final long EXAMPLES = 54_000;
    private static final long[] BATCHES = {1, 8, 64, 512, 4096, EXAMPLES};
    private static final int ROWS = 600;
    private static final double FLOPS = 1_007_104;

    private final boolean regression;
    private final List<RunRecord> runs = new ArrayList<>();
    private final List<StepRecord> steps = new ArrayList<>();
    private final List<EvalRecord> evals = new ArrayList<>();

    private SampleStudy(boolean regression) {
        this.regression = regression;
    }

    /** Six batch sizes, three seeds, one diverged run. */
    static StudyTables tables(boolean regression) {
        SampleStudy study = new SampleStudy(regression);
        for (long batch : BATCHES) {
            for (long seed = 1; seed <= 3; seed++) {
                study.add(batch, seed);
            }
        }
        return new StudyTables(study.runs, study.steps, study.evals, study.predictions());
    }

    private List<ProbeRecord> predictions() {
        List<ProbeRecord> rows = new ArrayList<>();
        for (RunRecord run : runs) {
            double bytes = (3 << 20) + 9000.0 * Math.min(1024, run.batchSize());
            rows.add(prediction(run, "memory", "predicted_native_bytes", bytes));
            double seconds = run.trainSeconds() == null ? 1 : run.trainSeconds() * (0.9 + 0.02 * run.seed());
            rows.add(prediction(run, "time", "predicted_done_seconds", seconds));
        }
        return rows;
    }

    private static ProbeRecord prediction(RunRecord run, String probe, String metric, double value) {
        return new ProbeRecord(
                "fashion-mnist-mlp", run.runId(), run.batchSize(), run.seed(), 0, probe, metric, value, null, "{}");
    }

    private void add(long batch, long seed) {
        Random random = new Random(batch * 31 + seed);
        long perEpoch = (EXAMPLES + batch - 1) / batch;
        long updates = Math.max(200, 3 * perEpoch);
        boolean diverged = batch == 4096 && seed == 2;
        double speed = 300 * Math.pow(batch, 0.55) / (1 + Math.pow(batch / 6000.0, 0.7));
        double floor = 0.25 + 0.04 * Math.abs(Math.log(batch / 64.0)) / 2 + 0.004 * random.nextGaussian();
        for (int i = 1; i <= ROWS; i++) {
            long step = Math.max(i, Math.round(Math.pow(updates, (double) i / ROWS)));
            if (step > updates || (diverged && step > 40)) {
                break;
            }
            double epoch = step * (double) batch / EXAMPLES;
            double noise = 1 + random.nextGaussian() * 0.5 / Math.sqrt(batch);
            double loss = (floor + 2.05 / (1 + 14 * Math.pow(epoch, 0.8))) * Math.max(0.05, noise);
            steps.add(new StepRecord(
                    "fashion-mnist-mlp",
                    id(batch, seed),
                    batch,
                    seed,
                    step,
                    epoch,
                    step * batch,
                    null,
                    0.1,
                    null,
                    diverged && step > 30 ? Double.POSITIVE_INFINITY : loss,
                    (0.5 + loss) * (1 + Math.abs(random.nextGaussian()) / Math.sqrt(batch)),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    0.01,
                    0.001,
                    0.0001,
                    (0.002 + 1e-5 * batch / workers(batch)) * (1 + 0.01 * seed),
                    StepMeasures.NONE));
        }
        for (int i = 0; i <= 25 && !diverged; i++) {
            long step = updates * i / 25;
            double epoch = step * (double) batch / EXAMPLES;
            double loss = floor + 0.1 + 2.05 / (1 + 14 * Math.pow(epoch, 0.8)) + 0.004 * random.nextGaussian();
            evals.add(new EvalRecord(
                    "fashion-mnist-mlp",
                    id(batch, seed),
                    batch,
                    seed,
                    step,
                    epoch,
                    step * batch,
                    step * batch / speed,
                    "validation",
                    loss,
                    regression ? null : accuracy(loss)));
        }
        addRun(batch, seed, updates, speed, floor, diverged);
    }

    private void addRun(long batch, long seed, long updates, double speed, double floor, boolean diverged) {
        double epochs = updates * (double) batch / EXAMPLES;
        double seconds = epochs * EXAMPLES / speed;
        double train = floor + 2.05 / (1 + 14 * Math.pow(epochs, 0.8));
        double test = train + 0.09 - 0.008 * Math.log(batch);
        RunFixture run = RunFixture.run(batch, seed)
                .with("study", "fashion-mnist-mlp")
                .with("runId", id(batch, seed))
                .with("trainExamples", EXAMPLES)
                .with("task", regression ? "regression" : "classification")
                .with("peakLearningRate", Math.min(1.6, 0.05 * batch / 64))
                .with("baseLearningRate", 0.05)
                .with("warmupSteps", 20L)
                .with("plannedSteps", updates)
                .with("steps", updates)
                .with("epochs", epochs)
                .with("workers", workers(batch))
                .with("model", "mlp [784, 256, 128, 10]")
                .with("parameterCount", 235_146L)
                .with("optimizer", "nesterov")
                .with("momentum", 0.9)
                .with("syncMode", "synchronous")
                .with("replica", "fused")
                .with("backend", "deeplearning4j 1.0.0-M2.1, nd4j-native, AVX2")
                .with("commit", "5228993")
                .with("configHash", "a1b2c3d4e5f6")
                .with("batchscopeVersion", "0.1.0")
                .with("javaVersion", "17.0.14")
                .with("sparkVersion", "3.5.5")
                .with("operatingSystem", "Linux 6.1 amd64");
        if (diverged) {
            runs.add(run.diverged().toRecord());
            return;
        }
        run.with("trainLoss", train)
                .with("validationLoss", test)
                .with("testLoss", test)
                .with("gapLoss", test - train)
                .with("examplesPerSecond", speed)
                .with("trainSeconds", seconds)
                .with("computeSeconds", seconds * (0.9 - 0.02 * Math.log(batch)))
                .with("syncSeconds", batch >= 512 ? seconds * 0.1 : 0.0)
                .with("dataSeconds", seconds * 0.04)
                .with("flopsPerExample", FLOPS)
                .with("floatingPointOperations", FLOPS * updates * batch)
                .with("flopsPerSecond", FLOPS * speed / (0.9 - 0.02 * Math.log(batch)))
                .with("gemmFlopsPerSecond", (batch >= 512 ? 8e10 : 4e10) * (1 + 0.01 * seed))
                .with("microBatch", 1024)
                .with("peakOffHeapBytes", (3L << 20) + 9100 * Math.min(1024, batch))
                .with("peakMemoryBytes", (400L << 20) + batch * 6000)
                .with("lossOscillation", 0.6 / Math.sqrt(batch));
        if (!regression) {
            run.with("trainAccuracy", accuracy(train))
                    .with("validationAccuracy", accuracy(test))
                    .with("testAccuracy", accuracy(test))
                    .with("gapAccuracy", accuracy(train) - accuracy(test));
        }
        if (accuracy(test) > 0.86) {
            run.with("stepsToTarget", updates / 2)
                    .with("examplesToTarget", updates * batch / 2)
                    .with("floatingPointOperationsToTarget", FLOPS * updates * batch / 2)
                    .with("secondsToTarget", seconds / 2);
        }
        runs.add(run.toRecord());
    }

    private static int workers(long batch) {
        return batch >= 512 ? 2 : 1;
    }

    private static double accuracy(double loss) {
        return Math.max(0.1, 0.97 - 0.27 * loss);
    }

    private static String id(long batch, long seed) {
        return "r" + Long.toHexString(batch * 1_000_003 + seed * 7919);
    }

    /** Arguments: where to write, and {@code regression} or nothing. */
    public static void main(String[] arguments) throws IOException {
        StudyTables tables = tables(arguments.length > 1);
        Files.writeString(Path.of(arguments[0]), HtmlReport.render(tables, Findings.of(tables), HEADER));
        System.out.println(SummaryTable.of(StudySummary.of(tables)));
    }
}
