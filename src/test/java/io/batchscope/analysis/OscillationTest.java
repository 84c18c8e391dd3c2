package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OscillationTest {
    private static List<EvalRecord> evaluations(long batch, long count, LongToDoubleFunction loss) {
        return evaluations(batch, count, 1, loss);
    }

    private static List<EvalRecord> evaluations(long batch, long count, long distance, LongToDoubleFunction loss) {
        return LongStream.range(0, count)
                .mapToObj(i -> new EvalRecord(
                        "example",
                        "r" + batch + "-1",
                        batch,
                        1,
                        i * distance,
                        0,
                        i * distance * batch,
                        0,
                        "validation",
                        loss.applyAsDouble(i),
                        null))
                .toList();
    }

    private static StudyTables tables(List<EvalRecord> evals, List<StepRecord> steps, RunFixture... runs) {
        return new StudyTables(Arrays.stream(runs).map(RunFixture::toRecord).toList(), steps, evals, List.of());
    }

    private static double known(@Nullable Double value) {
        return Objects.requireNonNull(value);
    }

    /** The residuals of a loss that alternates by ±a are ±2a, with weights 1/(1/4 + 1/4 + 1): √(4a²/1.5). */
    @Test
    void isThatOfAnAlternatingLossByHandWhateverTheSlope() {
        double alternating = 0.3 * 2 / Math.sqrt(1.5);
        assertThat(known(Oscillation.ofValidation(evaluations(8, 20, i -> i % 2 == 0 ? 0.3 : -0.3))))
                .isCloseTo(alternating, within(1e-12));
        assertThat(known(Oscillation.ofValidation(evaluations(8, 20, i -> 9 - 5.0 * i + (i % 2 == 0 ? 0.3 : -0.3)))))
                .isCloseTo(alternating, within(1e-12));
    }

    /** Standard error of the estimate, about 0.1 · √(35/36 / 4000): 0.0016 with seed 7. */
    @Test
    void isTheStandardDeviationOfIndependentNoiseAroundACurvedTrend() {
        Random random = new Random(7);
        assertThat(known(Oscillation.ofValidation(
                        evaluations(8, 8000, i -> 3 * Math.exp(-i / 2000.0) + 0.1 * random.nextGaussian()))))
                .isCloseTo(0.1, within(0.005));
    }

    /** The last evaluation of a run may be nearer to the one before it. */
    @Test
    void doesNotTakeUnequalDistancesForSwings() {
        List<EvalRecord> rows = Stream.concat(
                        evaluations(8, 20, 100, i -> 2 - 0.05 * i).stream(),
                        evaluations(8, 1, i -> 0).stream()
                                .map(row -> new EvalRecord(
                                        "example",
                                        "r8-1",
                                        8,
                                        1,
                                        1910,
                                        0,
                                        1910 * 8,
                                        0,
                                        "validation",
                                        2 - 0.05 * 19.1,
                                        null)))
                .toList();
        assertThat(known(Oscillation.ofValidation(rows))).isCloseTo(0, within(1e-12));
    }

    @Test
    void looksAtTheSecondHalfOfTheValidationLossAlone() {
        List<EvalRecord> wildStart = evaluations(8, 20, i -> i < 9 ? 100 * (i % 2) : 1);
        assertThat(known(Oscillation.ofValidation(wildStart))).isZero();
        List<EvalRecord> training = wildStart.stream()
                .map(row -> new EvalRecord("example", "r8-1", 8, 1, row.step(), 0, row.examples(), 0, "train", 1, null))
                .toList();
        assertThat(Oscillation.ofValidation(training)).isNull();
    }

    @Test
    void isNotToldFromFewEvaluationsOrALossThatIsNotFinite() {
        assertThat(Oscillation.ofValidation(evaluations(8, 10, i -> 1))).isNull();
        assertThat(Oscillation.ofValidation(evaluations(8, 11, i -> 1))).isNotNull();
        assertThat(Oscillation.ofValidation(evaluations(8, 11, i -> i == 10 ? Double.NaN : 1)))
                .isNull();
    }

    /** What is nothing but sampling noise, 1/√B, says the same of both batch sizes once windows are as large. */
    @Test
    void doesNotTakeTheNoiseOfSmallBatchesForSwings() {
        long examples = 64 * 4000;
        double small = known(Oscillation.ofTraining(sampled(4, examples), 64));
        double large = known(Oscillation.ofTraining(sampled(64, examples), 64));
        // Standard deviation of the mean of 64 examples' losses of deviation 1; standard error 0.003.
        assertThat(small).isCloseTo(1.0 / 8, within(0.009));
        assertThat(large).isCloseTo(1.0 / 8, within(0.009));
    }

    private static List<StepRecord> sampled(long batch, long examples) {
        Random random = new Random(batch);
        return LongStream.rangeClosed(1, examples / batch)
                .mapToObj(step -> step(batch, 1, step, 1 + random.nextGaussian() / Math.sqrt(batch), 1))
                .toList();
    }

    @Test
    void averagesTheTrainingLossOverAsManyExamplesAsTheLargestBatchHas() {
        List<StepRecord> steps = Stream.concat(
                        LongStream.rangeClosed(1, 96).mapToObj(i -> step(8, 1, i, i % 2 == 0 ? 1.5 : 0.5, 1)),
                        LongStream.rangeClosed(1, 12).mapToObj(i -> step(64, 1, i, 1, 1)))
                .toList();
        Oscillations oscillations = Oscillations.of(tables(List.of(), steps, run(8, 1), run(64, 1)));
        assertThat(oscillations.words()).isEqualTo("training loss over windows of 64 examples");
        assertThat(oscillations.byBatch()).containsOnlyKeys(8L, 64L);
        assertThat(RunFixture.known(oscillations.byBatch().get(8L)).mean()).isZero();
    }

    @Test
    void saysWhereTheRecordedUpdatesAreTooFew() {
        List<StepRecord> steps = Stream.concat(
                        LongStream.rangeClosed(1, 80).mapToObj(i -> step(8, 1, i, 1, 1)),
                        LongStream.rangeClosed(1, 12).mapToObj(i -> step(64, 1, i, 1, 1)))
                .toList();
        StudyTables tables = tables(List.of(), steps, run(8, 1), run(64, 1));
        assertThat(Oscillations.of(tables).missing()).containsOnlyKeys(8L);
        FindingRecord finding = finding(tables);
        assertThat(finding.value()).isNull();
        assertThat(finding.detail())
                .isEqualTo(
                        "It cannot be told at which batch size the training loss over windows of 64 examples swings most:"
                                + " batch 8, as the recorded updates of the second half of a run fill fewer than 6 windows of 64"
                                + " examples; hold out a validation split (data.validation-fraction), or raise"
                                + " evaluation.max-step-rows.");
    }

    @Test
    void theFindingNamesWhereTheValidationLossSwingsMost() {
        List<EvalRecord> evals = Stream.of(
                        evaluations(8, 20, i -> i % 2 == 0 ? 0.3 : -0.3),
                        evaluations(64, 20, i -> i % 2 == 0 ? 0.6 : -0.6),
                        evaluations(512, 5, i -> 1))
                .flatMap(List::stream)
                .toList();
        // What a batch's own loss does is not asked.
        FindingRecord finding =
                finding(tables(evals, List.of(), run(8, 1).with("lossOscillation", 77.0), run(64, 1), run(512, 1)));
        assertThat(finding.batchSize()).isEqualTo(64);
        assertThat(finding.detail())
                .isEqualTo(
                        "The validation loss swings most at batch 64, by 0.98 (one seed), and least at batch 8, by 0.49"
                                + " (standard deviation around its local trend, second half of the run); not known at batch 512, as"
                                + " the second half of a run has fewer than 6 evaluations; lower evaluation.every, or train for more"
                                + " updates.");
    }

    private static FindingRecord finding(StudyTables tables) {
        return Findings.of(tables).stream()
                .filter(finding -> finding.finding().equals("largest_loss_oscillation"))
                .findFirst()
                .orElseThrow();
    }
}
