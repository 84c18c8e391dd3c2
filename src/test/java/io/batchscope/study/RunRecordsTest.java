package io.batchscope.study;

import static io.batchscope.study.SamplePlans.RECORDS;
import static io.batchscope.study.SamplePlans.eval;
import static io.batchscope.study.SamplePlans.step;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.RunFixture;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.ArithmeticMeasures;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.Outcome;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ChangedRecord;
import io.batchscope.train.TrainedRun;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunRecordsTest {
    /** 100 examples in batches of 30: 4 updates an epoch, the last of 10 examples. */
    private static final RunPlan PLAN = SamplePlans.plan("r1", 30, 2, 10);

    private static final GpuMeasures NO_GPU = GpuMeasures.unknown("no GPU was assigned to the workers");
    private static final Instant START = Instant.parse("2026-01-02T03:04:05.123456789Z");

    private static TrainedRun run(
            Outcome outcome, @Nullable Long stepsToTarget, double trainSeconds, List<EvalRecord> evals) {
        return new TrainedRun(
                outcome,
                10,
                null,
                stepsToTarget,
                stepsToTarget == null ? null : 1.5,
                trainSeconds,
                3,
                0.5,
                0.25,
                1024L,
                512L,
                256L,
                2048L,
                List.of("host-1", "host-2"),
                List.of(),
                evals,
                List.of(),
                null,
                NO_GPU,
                null);
    }

    private static List<EvalRecord> evals() {
        return List.of(
                eval(PLAN, 0, "validation", 2.5, 0.1),
                eval(PLAN, 5, "test", 9, 0.2),
                eval(PLAN, 10, "validation", 0.75, 0.625),
                eval(PLAN, 10, "train", 0.5, 0.875),
                eval(PLAN, 10, "test", 1.25, 0.5));
    }

    private static RunRecord row(Outcome outcome) {
        return RECORDS.row(PLAN, run(outcome, 7L, 4, evals()), START);
    }

    @Test
    void countsStepsExamplesAndEpochsByTheGeometry() {
        RunRecord row = row(new Outcome.Completed());
        assertThat(row.steps()).isEqualTo(10);
        assertThat(row.examples()).isEqualTo(2 * 100 + 2 * 30);
        assertThat(row.epochs()).isEqualTo(2.6);
        assertThat(row.stepsToTarget()).isEqualTo(7);
        assertThat(row.examplesToTarget()).isEqualTo(100 + 3 * 30);
        assertThat(row.secondsToTarget()).isEqualTo(1.5);
        assertThat(row.examplesPerSecond()).isEqualTo(65);
    }

    @Test
    void tellsOverHowManyExamplesStatisticsAreTaken() {
        assertThat(row(new Outcome.Completed()).microBatch()).isEqualTo(PLAN.microBatch());
    }

    @Test
    void takesTheLastMeasurementsAndTheirGaps() {
        RunRecord row = row(new Outcome.Completed());
        assertThat(row.trainLoss()).isEqualTo(0.5);
        assertThat(row.trainAccuracy()).isEqualTo(0.875);
        assertThat(row.validationLoss()).isEqualTo(0.75);
        assertThat(row.validationAccuracy()).isEqualTo(0.625);
        assertThat(row.testLoss()).isEqualTo(1.25);
        assertThat(row.testAccuracy()).isEqualTo(0.5);
        assertThat(row.gapLoss()).isEqualTo(0.75);
        assertThat(row.gapAccuracy()).isEqualTo(0.375);
    }

    @Test
    void saysThePlanInTheWordsOfTheConfiguration() {
        RunRecord row = row(new Outcome.Completed());
        assertThat(row.syncMode()).isEqualTo("synchronous");
        assertThat(row.replica()).isEqualTo("dl4j");
        assertThat(row.optimizer()).isEqualTo("nesterov");
        assertThat(row.scalingRule()).isEqualTo("sqrt");
        assertThat(row.task()).isEqualTo("classification");
        assertThat(row.schedule()).isEqualTo("constant");
        assertThat(row.perWorkerBatch()).isEqualTo(15);
        assertThat(row.accumulation()).isEqualTo(2);
        assertThat(row.hosts()).isEqualTo("host-1,host-2");
        assertThat(row.model()).isEqualTo("softmax 4 → 3");
        assertThat(row.startedAt()).isEqualTo(Instant.parse("2026-01-02T03:04:05.123456Z"));
    }

    @Test
    void aDivergedRunHasItsTimesButNoFinalMeasurements() {
        RunRecord row = row(new Outcome.Diverged(10, Double.NaN));
        assertThat(row.outcome()).isEqualTo("Diverged");
        assertThat(row.outcomeDetail()).isEqualTo("at step 10, loss NaN");
        assertThat(row)
                .extracting(
                        RunRecord::trainLoss,
                        RunRecord::validationAccuracy,
                        RunRecord::testLoss,
                        RunRecord::gapLoss,
                        RunRecord::gapAccuracy)
                .containsOnlyNulls();
        assertThat(row.trainSeconds()).isEqualTo(4);
        assertThat(row.computeSeconds()).isEqualTo(3);
    }

    @Test
    void aFailedRunHasItsCauseAndNothingMeasured() {
        RunRecord row = RECORDS.row(PLAN, TrainedRun.failed("out of slots"), START);
        assertThat(row.outcome()).isEqualTo("Failed");
        assertThat(row.outcomeDetail()).isEqualTo("out of slots");
        assertThat(row.steps()).isZero();
        assertThat(row)
                .extracting(
                        RunRecord::trainSeconds,
                        RunRecord::syncSeconds,
                        RunRecord::examplesPerSecond,
                        RunRecord::hosts,
                        RunRecord::testLoss,
                        RunRecord::lossOscillation)
                .containsOnlyNulls();
    }

    @Test
    void withoutAMeasurementOfASplitItsColumnsAndGapsAreNull() {
        RunRecord row = RECORDS.row(
                PLAN, run(new Outcome.Completed(), null, 4, List.of(eval(PLAN, 10, "train", 0.5, 0.875))), START);
        assertThat(row.trainLoss()).isEqualTo(0.5);
        assertThat(row)
                .extracting(
                        RunRecord::testLoss, RunRecord::gapLoss, RunRecord::gapAccuracy, RunRecord::examplesToTarget)
                .containsOnlyNulls();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, Double.NaN})
    void withoutTrainingTimeThereIsNoRate(double seconds) {
        assertThat(RECORDS.row(PLAN, run(new Outcome.Completed(), null, seconds, List.of()), START)
                        .examplesPerSecond())
                .isNull();
    }

    @Test
    void leavesOutRowsOfUpdatesThatHaveNoFiniteLoss() {
        TrainedRun run = new TrainedRun(
                new Outcome.Diverged(3, Double.NaN),
                3,
                null,
                null,
                null,
                1,
                1,
                0,
                0,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(step(PLAN, 1, 2), step(PLAN, 2, Double.POSITIVE_INFINITY), step(PLAN, 3, Double.NaN)),
                List.of(eval(PLAN, 0, "validation", 2, 0.1), eval(PLAN, 3, "validation", Double.NaN, 0.1)),
                List.of(),
                null,
                NO_GPU,
                null);
        RunResult result = RECORDS.result(PLAN, run, START);
        assertThat(result.steps()).extracting(StepRecord::step).containsExactly(1L);
        assertThat(result.evals()).extracting(EvalRecord::step).containsExactly(0L);
    }

    private static ArithmeticMeasures arithmetic(@Nullable Double flopsPerExample, TrainedRun run) {
        ModelFacts model = new ModelFacts(
                "m1", "softmax", 15, 4, 3, Task.CLASSIFICATION, false, false, true, flopsPerExample, List.of());
        return new RunRecords(model, RECORDS.provenance(), RECORDS.memory())
                .row(PLAN, run, START)
                .arithmetic();
    }

    /** 260 examples, 190 until the target, in 3 seconds of computing. */
    @Test
    void countsOperationsByExamples() {
        TrainedRun run = run(new Outcome.Completed(), 7L, 4, evals()).withMachines(5e4, NO_GPU);

        assertThat(arithmetic(600.0, run))
                .isEqualTo(new ArithmeticMeasures(600.0, 156_000.0, 114_000.0, 52_000.0, 39_000.0, 5e4));
        assertThat(arithmetic(600.0, run(new Outcome.Completed(), null, 4, evals())))
                .isEqualTo(new ArithmeticMeasures(600.0, 156_000.0, null, 52_000.0, 39_000.0, null));
    }

    @Test
    void knowsNoOperationsOfAModelWhoseLayersItDoesNotKnow() {
        assertThat(arithmetic(null, run(new Outcome.Completed(), 7L, 4, evals()).withMachines(5e4, NO_GPU)))
                .isEqualTo(new ArithmeticMeasures(null, null, null, null, null, 5e4));
    }

    @Test
    void countsNoOperationsOfARunThatFailed() {
        assertThat(arithmetic(600.0, TrainedRun.failed("lost")))
                .isEqualTo(new ArithmeticMeasures(600.0, null, null, null, null, null));
    }

    private static StepRecord gain(long step, @Nullable Double used, @Nullable Double measured) {
        Map<String, Object> values = new HashMap<>();
        values.put("gain", used);
        values.put("measures", new StepMeasures(null, null, null, null, measured, null, null));
        return ChangedRecord.of(RunFixture.step(PLAN.batchSize(), PLAN.seed(), step, 2, 1), values);
    }

    private static @Nullable Double meanGain(StepRecord... rows) {
        TrainedRun run = new TrainedRun(
                new Outcome.Completed(),
                10,
                null,
                null,
                null,
                1,
                1,
                0,
                0,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(rows),
                List.of(),
                List.of(),
                null,
                NO_GPU,
                null);
        return RECORDS.row(PLAN, run, START).gradients().adascaleGain();
    }

    @Test
    void takesTheMeanOfTheGainsThatRatesWereMultipliedByElseOfThoseMeasured() {
        assertThat(meanGain(gain(1, 1.0, null), gain(2, 2.5, null), gain(3, 4.0, null)))
                .isEqualTo(2.5);
        assertThat(meanGain(gain(1, null, null), gain(2, null, 2.0), gain(3, null, 5.0)))
                .isEqualTo(3.5);
        assertThat(meanGain(gain(1, null, null))).isNull();
    }
}
