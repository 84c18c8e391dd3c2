package io.batchscope.analysis;

import static io.batchscope.analysis.AdviceRow.Verdict.CONTRADICTED;
import static io.batchscope.analysis.AdviceRow.Verdict.NOT_MEASURED_YET;
import static io.batchscope.analysis.AdviceRow.Verdict.SUPPORTED;
import static io.batchscope.analysis.RunFixture.TRAIN_EXAMPLES;
import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.step;
import static io.batchscope.analysis.RunFixture.tables;
import static io.batchscope.analysis.UsualAdviceTest.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.AdviceRow.Verdict;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of noisy gradients and of an unstable path. */
class NoiseAdviceTest {
    @Test
    void callsGradientsNoisyWhereTheirNormJumps() {
        List<StepRecord> jumping = steps(1, step -> step % 2 == 0 ? 3 : 1);
        List<StepRecord> calm = steps(64, step -> step % 2 == 0 ? 1.01 : 0.99);
        StudyTables tables = tables(concat(jumping, calm), run(1, 1), run(64, 1));

        AdviceRow row = row("noisy", tables);

        assertThat(row.verdict()).isEqualTo(SUPPORTED);
        // Successive differences of 2 around a mean of 2 or so: sqrt(4 / 2) / 2.
        assertThat(row.measured())
                .isEqualTo("Spread of the gradient norm from update to update: 71 % against 1 % at batch 64");
        assertThat(row.why()).endsWith("Rests on one seed.");
    }

    @Test
    void hasNoSpreadOfGradientsWhereNoGlobalOneExists() {
        List<StepRecord> rows = steps(1, step -> Double.NaN);

        assertThat(row("noisy", tables(rows, run(1, 1), run(64, 1))).verdict()).isEqualTo(NOT_MEASURED_YET);
        assertThat(GradientSpread.of(List.of())).isNull();
    }

    @Test
    void contradictsNoisyGradientsWhereOthersJumpMore() {
        List<StepRecord> jumping = steps(64, step -> step % 2 == 0 ? 3 : 1);
        List<StepRecord> calm = steps(1, step -> step % 2 == 0 ? 1.01 : 0.99);

        assertThat(row("noisy", tables(concat(jumping, calm), run(1, 1), run(64, 1)))
                        .verdict())
                .isEqualTo(CONTRADICTED);
    }

    @ParameterizedTest
    @CsvSource({"0.41, SUPPORTED", "0.3, MIXED", "0.19, CONTRADICTED"})
    void judgesTheUnstablePathByTheOscillationOfTheValidationLoss(double swing, Verdict verdict) {
        AdviceRow row = row(
                "path",
                swinging(
                        Map.of(1L, swing, 64L, 0.1, 256L, 0.3, 512L, 77.0),
                        // The loss of a batch of one example is noisy whatever the path.
                        run(1, 1).with("lossOscillation", 99.0),
                        run(64, 1).with("lossOscillation", 0.1),
                        run(256, 1),
                        run(512, 1)));

        assertThat(row.verdict()).isEqualTo(verdict);
        assertThat(row.measured())
                .startsWith("Oscillation of the validation loss around its local trend: ")
                .endsWith("against 0.327 on average at batch 64, 256");
    }

    @Test
    void doesNotJudgeThePathFromFewEvaluations() {
        AdviceRow row = row("path", tables(run(1, 1).with("lossOscillation", 9.0), run(64, 1)));

        assertThat(row.verdict()).isEqualTo(NOT_MEASURED_YET);
        assertThat(row.why()).startsWith("The recorded updates of the second half of a run fill fewer than 6 windows");
    }

    /** Validation losses that alternate by ± so much at each batch size, which makes 2/√1.5 of it. */
    private static StudyTables swinging(Map<Long, Double> swings, RunFixture... runs) {
        List<EvalRecord> evals = new ArrayList<>();
        swings.forEach((batch, swing) -> {
            for (long i = 0; i < 20; i++) {
                double loss = i % 2 == 0 ? 1 + swing : 1 - swing;
                evals.add(new EvalRecord(
                        "example", "r" + batch + "-1", batch, 1, i, 0, i * batch, 0, "validation", loss, null));
            }
        });
        return new StudyTables(tables(runs).runs(), List.of(), evals, List.of());
    }

    private static RunFixture noisy(long batch, double noise, double signal) {
        return run(batch, 1)
                .with("gradientNoise", noise)
                .with("gradientSignal", signal)
                .with("noiseScale", noise / signal);
    }

    @ParameterizedTest
    @CsvSource({"200, SUPPORTED", "150, MIXED", "100, CONTRADICTED"})
    void callsGradientsNoisyWhereOneExamplesNoiseExceedsTheSignal(double noise, Verdict verdict) {
        // The spread of norms is no longer asked.
        List<StepRecord> calm = steps(1, step -> 1);
        AdviceRow row = row("noisy", tables(calm, run(1, 1), noisy(64, noise, 100), noisy(512, 1, 100)));

        assertThat(row.verdict()).isEqualTo(verdict);
        assertThat(row.why()).contains("Measured late in runs with batch 64");
    }

    /** Noise over signal of a batch of 64 out of 1,024: (1/64 − 1/1024) · 512 = 7.5. */
    @Test
    void comparesTheNoiseOfGradientsWithTheSignal() {
        StudyTables tables = tables(run(1, 1), noisy(64, 51_200, 100), noisy(TRAIN_EXAMPLES, 400, 100));

        assertThat(row("noisy", tables).measured())
                .isEqualTo("Noise over signal of one example's gradient: 512, against 7.5 of a batch of 64");
        AdviceRow exact = row("exact", tables);
        assertThat(exact.measured()).isEqualTo("Noise over signal of a batch's gradient: 0 against 7.5 at batch 64");
        assertThat(exact.verdict()).isEqualTo(SUPPORTED);
        assertThat(exact.why()).contains("has none by definition");
    }

    @Test
    void saysWhichBatchSizesLackTheMeasurement() {
        AdviceRow others =
                row("noisy", tables(steps(1, step -> step % 2 == 0 ? 3 : 1), run(1, 1), run(64, 1), run(512, 1)));
        assertThat(others.why())
                .isEqualTo("The tables lack it at batch 64, 512: Spread of the gradient norm from update to update.");

        AdviceRow here = row("noisy", tables(steps(64, step -> 1), run(1, 1), run(64, 1)));
        assertThat(here.why())
                .isEqualTo("The tables lack it at batch 1: Spread of the gradient norm from update to update.");

        AdviceRow lost =
                row("updates", tables(run(TRAIN_EXAMPLES, 1), run(64, 1).diverged()));
        assertThat(lost.why()).isEqualTo("No run at another batch size ended regularly.");

        AdviceRow alone = row("updates", tables(run(TRAIN_EXAMPLES, 1)));
        assertThat(alone.why()).isEqualTo("The study has no other batch size to compare with.");
    }

    @Test
    void comparesWithThoseThatHaveTheMeasurement() {
        AdviceRow row = row(
                "noisy",
                tables(
                        concat(steps(1, step -> step % 2 == 0 ? 3 : 1), steps(512, step -> 1)),
                        run(1, 1),
                        run(64, 1),
                        run(512, 1)));

        assertThat(row.measured()).endsWith(" at batch 512");
        assertThat(row.verdict()).isEqualTo(SUPPORTED);
    }

    @Test
    void takesDivergenceAtBatchOneAloneAsInstability() {
        assertThat(row("path", tables(run(1, 1).diverged(), run(64, 1))).verdict())
                .isEqualTo(SUPPORTED);
    }

    @Test
    void doesNotJudgeFromABatchOfWhichNoRunEndedRegularly() {
        AdviceRow row = row("noisy", tables(run(1, 1).diverged(), run(64, 1)));

        assertThat(row.verdict()).isEqualTo(NOT_MEASURED_YET);
        assertThat(row.why()).isEqualTo("No run at batch 1 ended regularly (Diverged).");
    }

    private static List<StepRecord> steps(long batchSize, LongToDoubleFunction gradientNorm) {
        return LongStream.rangeClosed(1, 100)
                .mapToObj(step -> step(batchSize, 1, step, 1, gradientNorm.applyAsDouble(step)))
                .toList();
    }

    private static List<StepRecord> concat(List<StepRecord> first, List<StepRecord> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
