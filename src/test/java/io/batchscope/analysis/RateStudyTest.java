package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.config.ConfigLoader;
import io.batchscope.plan.ClusterFacts;
import io.batchscope.plan.DataFacts;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.Planner;
import io.batchscope.plan.ReplicaFacts;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.QuadraticReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.train.TrainedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search from its configuration to its findings, on a network of which everything is known. */
class RateStudyTest {
    private static final float CURVATURE = 4;
    private static final int UPDATES = 3;
    private static final int EXAMPLES = 8;
    private static final double STEP = 1 / 32.0;

    @TempDir
    Path directory;

    private StudyConfig config() throws Exception {
        String factors = IntStream.rangeClosed(-96, 48)
                .mapToObj(i -> Double.toString(Math.pow(2, i * STEP)))
                .collect(Collectors.joining(", "));
        Path file = directory.resolve("search.conf");
        Files.writeString(
                file,
                """
                study {
                  name = search
                  data { path = "nowhere" }
                  model { catalog = linear }
                  optimizer { name = sgd, momentum = 0 }
                  learning-rate {
                    base = 0.25, base-batch = 8, scaling = none, warmup-shape = none, schedule = constant
                    search { factors = [%s] }
                  }
                  batch-sizes = [8]
                  seeds = [1]
                  budget { steps = %d }
                  output = "nowhere"
                }
                """
                        .formatted(factors, UPDATES));
        return ConfigLoader.load(file, List.of()).config();
    }

    /**
     * All examples have x = 1 and the loss h/2·(w − 1)², and w begins at 0, so a rate η leaves (1 − η·h)^(2T) of the loss after T
     * updates. The best rate is the base rate, 1/h, which leaves nothing; those train with |1 − η·h| ≤ 0.1^(1/2T), and the loss
     * grows from 2/h on.
     */
    @Test
    void findsTheBestRateAndTheRangeThatTrains() throws Exception {
        List<RunPlan> plans = Planner.plan(
                        config(),
                        new DataFacts("d", Task.REGRESSION, EXAMPLES, 2, 0, 1, 1),
                        new ModelFacts("m", "known", 1, 1, 1, Task.REGRESSION, false, List.of()),
                        new ClusterFacts(1),
                        ReplicaFacts.FUSED)
                .runs();
        StudyTables tables = trained(plans);

        double edge = Math.pow(0.1, 0.5 / UPDATES);
        RateSearch search = StudySummary.of(tables).searches().searches().get(0);
        assertThat(search.tuned().factor()).isEqualTo(1);
        assertThat(search.tuned().rate()).isEqualTo(1 / CURVATURE);
        RateRange range = Objects.requireNonNull(search.range());
        assertThat(range.isOpen()).isFalse();
        // A straight line in place of s strays by δ²/8·|s″|/|s′| at most, below 1.1 and 12.5 of δ²/8 in the steps of
        // the two ends.
        double strays = STEP * STEP / 8 * (1.1 + 12.5);
        assertThat(range.width().mean()).isCloseTo(Math.log((1 + edge) / (1 - edge)) / Math.log(2), within(strays));
        assertThat(Findings.of(tables))
                .filteredOn(finding -> finding.finding().equals("learning_rate_range_octaves"))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.value()).isEqualTo(range.width().mean()));
    }

    private static StudyTables trained(List<RunPlan> plans) throws Exception {
        ArrayExamples ones = new ArrayExamples(
                Collections.nCopies(EXAMPLES, new float[] {1}), Collections.nCopies(EXAMPLES, CURVATURE));
        List<RunRecord> rows = new ArrayList<>();
        List<EvalRecord> evals = new ArrayList<>();
        for (RunPlan plan : plans) {
            TrainedRun run = RankThreads.train(plan, ones, ones, rank -> new QuadraticReplica(1))
                    .get(0);
            assertThat(run.outcome()).isInstanceOf(Outcome.Completed.class);
            EvalRecord last = run.evalRows().stream()
                    .filter(row -> row.split().equals("validation"))
                    .reduce((first, second) -> second)
                    .orElseThrow();
            double leaves = Math.pow(1 - plan.peakLearningRate() * CURVATURE, 2.0 * UPDATES);
            // Parameters are floats.
            double known = CURVATURE / 2 * leaves;
            assertThat(last.loss()).isCloseTo(known, within(1e-6 * Math.max(1, known)));
            rows.add(RunFixture.run(plan.batchSize(), plan.seed())
                    .with("runId", plan.runId())
                    .with("learningRateFactor", plan.learningRateFactor())
                    .with("peakLearningRate", plan.peakLearningRate())
                    .with("validationLoss", last.loss())
                    .with("task", "regression")
                    .toRecord());
            evals.addAll(run.evalRows());
        }
        return new StudyTables(rows, List.of(), evals, List.of());
    }
}
