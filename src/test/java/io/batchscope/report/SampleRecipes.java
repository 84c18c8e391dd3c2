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

/**
 * A made-up study of five recipes at seven batch sizes, of which one diverges at the largest; its main method writes the report
 * of it, to look at. The numbers say nothing about the recipes.
 */
final class SampleRecipes {
    static final ReportHeader HEADER =
            new ReportHeader("recipes-compared", Instant.parse("2026-03-04T05:06:00Z"), "SUCCEEDED", 105, null);

    private static final long EXAMPLES = 54_000;
    private static final int EPOCHS = 5;
    private static final long BASE = 64;
    private static final long[] BATCHES = {64, 256, 512, 1024, 2048, 4096, 8192};
    /** Named so that their order by name is another one. */
    private static final List<Way> WAYS = List.of(
            new Way("none", 0.0, 1.0),
            new Way("sqrt", 0.5, 0.45),
            new Way("linear", 1.0, 0.2),
            new Way("AdaScale", 1.0, 0.12),
            new Way("batch growth", 0.5, 0.3));

    private final List<RunRecord> runs = new ArrayList<>();
    private final List<StepRecord> steps = new ArrayList<>();

    /** Its rate goes with this power of the batch size, and so many hundredths of accuracy are lost per doubling. */
    private record Way(String name, double power, double loss) {
        double rate(long batch) {
            return 0.05 * Math.pow((double) batch / BASE, power);
        }

        boolean diverges(long batch, long seed) {
            return name.equals("linear") && (batch == 8192 || (batch == 4096 && seed == 2));
        }

        boolean grows() {
            return name.equals("batch growth");
        }

        boolean measures() {
            return name.equals("AdaScale") || grows();
        }
    }

    private SampleRecipes() {}

    /** Seven batch sizes, five recipes, three seeds. */
    static StudyTables tables() {
        SampleRecipes study = new SampleRecipes();
        List<EvalRecord> evals = new ArrayList<>();
        for (long batch : BATCHES) {
            for (long seed = 1; seed <= 3; seed++) {
                for (Way way : WAYS) {
                    study.add(way, batch, seed);
                }
            }
        }
        return new StudyTables(study.runs, study.steps, evals, List.of());
    }

    private void add(Way way, long batch, long seed) {
        String id = "r" + WAYS.indexOf(way) + "-" + batch + "-" + seed;
        RunFixture run = RunFixture.run(batch, seed)
                .with("study", HEADER.study())
                .with("runId", id)
                .with("recipe", way.name())
                .with("recipeNumber", WAYS.indexOf(way))
                .with("syncMode", "synchronous")
                .with("syncSettings", "")
                .with("peakLearningRate", way.rate(batch))
                .with("trainExamples", EXAMPLES)
                .with("model", "mlp [784, 256, 128, 10]")
                .with("parameterCount", 235_146L);
        if (way.diverges(batch, seed)) {
            runs.add(run.diverged().toRecord());
            return;
        }
        // What a seed does, it does to all recipes.
        Random random = new Random(id.hashCode());
        double ofSeed = 0.003 * new Random(batch + seed).nextGaussian();
        double doublings = Math.log((double) batch / BASE) / Math.log(2);
        double accuracy =
                0.885 - 0.01 * way.loss() * doublings * doublings / 4 + ofSeed + 0.001 * random.nextGaussian();
        long updates = addSteps(way, batch, seed, id, 3.2 * (1 - accuracy), random);
        double seconds = EPOCHS * EXAMPLES / (9000 + 3.0 * batch) * (1 + 0.02 * random.nextGaussian());
        runs.add(run.with("steps", updates)
                .with("plannedSteps", updates)
                .with("epochs", (double) EPOCHS)
                .with("examples", EPOCHS * EXAMPLES)
                .with("finalBatchSize", way.grows() ? batch * 4 : batch)
                .with("noiseScale", way.measures() ? (Double) 900.0 : null)
                .with("trainLoss", 3.2 * (1 - accuracy) - 0.1)
                .with("trainAccuracy", accuracy + 0.02)
                .with("validationLoss", 3.2 * (1 - accuracy))
                .with("validationAccuracy", accuracy + 0.001)
                .with("testLoss", 3.2 * (1 - accuracy))
                .with("testAccuracy", accuracy)
                .with("gapLoss", 0.1)
                .with("gapAccuracy", 0.02)
                .with("examplesPerSecond", EPOCHS * EXAMPLES / seconds)
                .with("trainSeconds", seconds)
                .toRecord());
    }

    /** Rows closer together at the start; returns the number of updates. */
    private long addSteps(Way way, long batch, long seed, String id, double end, Random random) {
        long examples = 0;
        long step = 0;
        while (examples < EPOCHS * EXAMPLES) {
            boolean grown = way.grows() && examples > 3 * EXAMPLES;
            long size = grown ? 4 * batch : batch;
            examples = Math.min(examples + size, EPOCHS * EXAMPLES);
            step++;
            if (step <= 8 || step % Math.max(1, 3 * 1024 / batch) == 0) {
                double share = (double) examples / (EPOCHS * EXAMPLES);
                double warm = Math.min(1, 10 * share);
                double noisy = (end + 1.9 / (1 + 60.0 * share)) * (1 + random.nextGaussian() / Math.sqrt(batch));
                double noise = 200 + 1500 * share + 10 * random.nextGaussian();
                steps.add(new StepRecord(
                        HEADER.study(),
                        id,
                        batch,
                        seed,
                        step,
                        (double) examples / EXAMPLES,
                        examples,
                        size,
                        way.rate(batch) * warm * (0.5 + 0.5 * Math.cos(Math.PI * share)),
                        way.name().equals("AdaScale")
                                ? (Double) ((noise + BASE) / (noise * BASE / batch + BASE))
                                : null,
                        noisy,
                        1.0,
                        null,
                        null,
                        way.measures() ? (Double) noise : null,
                        null,
                        null,
                        null,
                        null,
                        0.01,
                        0.001,
                        0.0001,
                        null,
                        StepMeasures.NONE));
            }
        }
        return step;
    }

    /** Argument: where to write. */
    public static void main(String[] arguments) throws IOException {
        StudyTables tables = tables();
        Files.writeString(Path.of(arguments[0]), HtmlReport.render(tables, Findings.of(tables), HEADER));
        System.out.println(SummaryTable.of(StudySummary.of(tables)));
        Findings.of(tables).forEach(finding -> System.out.println(finding.finding() + ": " + finding.detail()));
    }
}
