package io.batchscope.train;

import static io.batchscope.train.CheckpointedRanks.NOTHING;
import static io.batchscope.train.Feeding.EXAMPLES;
import static io.batchscope.train.Feeding.FEATURES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.Measures;
import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import io.batchscope.plan.Task;
import io.batchscope.result.StepRecord;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.PacedPlan;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.SynchronizedPlan;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.units.BatchTrajectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose batch changes: as planned, and as the measured noise wants it. */
class GrowingBatchTest {
    /** 8, then 20 in the middle of the second epoch, then 50 in that of the fourth. */
    private static final BatchTrajectory PLANNED =
            BatchTrajectory.constant(EXAMPLES, 8).then(17, 20).then(29, 50);

    private static RunPlans plans(long batchSize, long steps) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, steps, 0.02);
    }

    private static RunPlan planned(int workers, long steps) {
        return PacedPlan.of(
                plans(8, steps).withWorkers(workers).plan(),
                new Pace.Planned(PLANNED.phases().subList(1, 3)));
    }

    private static Pace.ByNoise byNoise(long least, long most, ScalingRule rule, long examples) {
        return new Pace.ByNoise(least, most, 1, 2, 4, 20, rule, examples);
    }

    private static TrainedRun train(RunPlan plan, ArrayExamples examples) throws Exception {
        return RankThreads.train(plan, examples, rank -> new LinearReplica(FEATURES, 0.25f))
                .get(0);
    }

    @Test
    void thePlanHasTheTrajectory() {
        assertThat(planned(1, 40).geometry()).isEqualTo(PLANNED);
        assertThat(planned(1, 40).largestBatch()).isEqualTo(50);
    }

    /** The same examples as an ordinary run's: an epoch is an epoch, in whatever batches it is taken. */
    @ParameterizedTest
    @CsvSource({"1, false", "3, false", "1, true", "2, true"})
    void everyExampleComesOnceAnEpoch(int workers, boolean ahead) throws Exception {
        RunPlan plan = planned(workers, 36);
        List<List<Float>> targets = new ArrayList<>();
        for (int epoch = 0; epoch < 5; epoch++) {
            targets.add(new ArrayList<>());
        }
        for (int rank = 0; rank < workers; rank++) {
            try (Feeder feeder = Feeding.feeder(ahead, plan, rank, Feeding.owned(plan, rank))) {
                for (long step = 0; step < PLANNED.stepsForExamples(4L * EXAMPLES); step++) {
                    MicroBatch part;
                    do {
                        part = feeder.next();
                        assertThat(part.step()).isEqualTo(step);
                        for (int row = 0; row < part.batch().size(); row++) {
                            targets.get((int) PLANNED.epochOf(step))
                                    .add(part.batch().targets()[row]);
                        }
                    } while (!part.last());
                }
            }
        }
        List<Float> all = Feeding.TRAIN.targets().stream().sorted().toList();
        for (int epoch = 0; epoch < 4; epoch++) {
            assertThat(targets.get(epoch).stream().sorted().toList()).isEqualTo(all);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void workersTogetherTakeTheSameBatches(int workers) throws Exception {
        TrainedRun alone = train(planned(1, 40), Feeding.TRAIN);
        TrainedRun together = train(planned(workers, 40), Feeding.TRAIN);
        assertThat(TrainedParameters.relativeDistance(TrainedParameters.of(together), TrainedParameters.of(alone)))
                .isLessThan(1e-5);
        assertThat(together.stepRows())
                .extracting(StepRecord::updateExamples)
                .isEqualTo(alone.stepRows().stream()
                        .map(StepRecord::updateExamples)
                        .toList());
        assertThat(alone.stepRows().get(17).updateExamples()).isEqualTo(20);
        assertThat(alone.trajectory()).isEqualTo(PLANNED);
    }

    /** Until it grows a run is, to the bit, the one that does not. */
    @Test
    void beforeItGrowsItIsAnOrdinaryRun() throws Exception {
        TrainedRun ordinary = train(plans(8, 40).plan(), Feeding.TRAIN);
        TrainedRun growing = train(planned(1, 40), Feeding.TRAIN);
        for (int i = 0; i < 17; i++) {
            assertThat(growing.stepRows().get(i).loss())
                    .isEqualTo(ordinary.stepRows().get(i).loss());
        }
        assertThat(growing.stepRows().get(18).loss())
                .isNotEqualTo(ordinary.stepRows().get(18).loss());
    }

    /** A batch of one has nothing to compare; when it has grown to two a worker, there is. */
    @ParameterizedTest
    @CsvSource({"1, 2, 1", "2, 20, 5"})
    void measuresNoiseAsSoonAsTheBatchIsLargeEnough(int workers, int second, double part) throws Exception {
        BatchTrajectory trajectory = BatchTrajectory.constant(EXAMPLES, 1).then(10, second);
        RunPlan plan = PacedPlan.of(
                plans(1, 20)
                        .withWorkers(workers)
                        .withMicroBatch(16)
                        .withMeasures(new Measures(0, 1, 1))
                        .plan(),
                new Pace.Planned(trajectory.phases().subList(1, 2)));
        List<StepRecord> rows = train(plan, Feeding.TRAIN).stepRows();

        assertThat(rows).hasSize(20);
        assertThat(rows.subList(0, 10))
                .allSatisfy(row -> assertThat(row.measures().gradientNoise()).isNull());
        assertThat(rows.subList(10, 20))
                .allSatisfy(row -> assertThat(row.measures().gradientNoise()).isNotNull());
        assertThat(rows.get(10).measures().gradientPartExamples()).isEqualTo(part);
    }

    /** Averaging after every update of a growing batch is, for plain descent, the exact mode. */
    @Test
    void otherModesTakeTheSameBatches() throws Exception {
        RunPlan plan = planned(3, 40);
        TrainedRun exact = train(plan, Feeding.TRAIN);
        for (Synchronization mode : List.of(
                new Synchronization.ParameterAveraging(1, 0),
                new Synchronization.GradientSharing(new Synchronization.Threshold.Fixed(0), 5, 5))) {
            TrainedRun other = train(SynchronizedPlan.of(plan, mode), Feeding.TRAIN);
            assertThat(TrainedParameters.relativeDistance(TrainedParameters.of(other), TrainedParameters.of(exact)))
                    .isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 2"})
    void aPlannedOneGoesOnWhereItWasKilled(int workers, long everySteps) throws Exception {
        ResumeTest.killEverywhere(
                new CheckpointedRanks(() -> new LinearReplica(FEATURES, 0.25f), NOTHING),
                CheckpointedPlan.of(planned(workers, 31), everySteps, 0));
    }

    private static GradientSquares withNoiseScale(double scale) {
        // 2 parts of 4 examples; signal 1, noise `scale`.
        return new GradientSquares(2, 8 * (1 + scale / 4), 0, 1 + scale / 8, 8, Long.MAX_VALUE);
    }

    /** Size 8, bounds 4 … 64, changes by factors of 2 after 4 updates or more. */
    @ParameterizedTest
    @CsvSource({
        // noise scale, size after it was measured
        "8, 8",
        "15.9, 8",
        "16, 16",
        "31, 16",
        "33, 32",
        "1000, 64",
        "4.1, 8",
        "4, 4",
        "0.1, 4"
    })
    void theBatchFollowsTheNoiseScaleByWholeFactors(double scale, long size) {
        RunPlan plan = PacedPlan.of(plans(8, 1000).plan(), byNoise(4, 64, ScalingRule.LINEAR, 2000));
        Pacing pacing = Pacing.of(plan);
        for (long step = 0; step < 3; step++) {
            assertThat(pacing.done(step, withNoiseScale(scale))).isFalse();
        }
        assertThat(pacing.noiseScale()).isCloseTo(scale, within(1e-9 * scale));
        assertThat(pacing.done(3, withNoiseScale(scale))).isEqualTo(size != 8);
        assertThat(pacing.trajectory().batchSizeAt(3)).isEqualTo(8);
        assertThat(pacing.trajectory().batchSizeAt(4)).isEqualTo(size);
        assertThat(pacing.progress()).isEqualTo(4);
        assertThat(pacing.progressAfterUpdate()).isEqualTo(4 + size / 8.0);
        assertThat(pacing.rate(4)).isCloseTo(0.02 * size / 8, within(1e-15));
    }

    /** Whatever the batch is, an epoch advances the schedule by the updates that it has with the first one. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 16, 70, 1000})
    void theScheduleEndsWithTheRun(double scale) {
        RunPlan plan = PacedPlan.of(plans(8, 1000).plan(), byNoise(8, 64, ScalingRule.NONE, 5L * EXAMPLES));
        Pacing pacing = Pacing.of(plan);
        long step = 0;
        while (!pacing.isLast(step)) {
            pacing.done(step, withNoiseScale(scale));
            step++;
        }
        // 103 examples are 13 updates of 8.
        assertThat(pacing.progressAfterUpdate()).isEqualTo(5 * 13);
        assertThat(step + 1).isEqualTo(pacing.trajectory().stepsForExamples(5L * EXAMPLES));
    }

    /** Noise without any signal asks for a larger batch, but one step at a time. */
    @Test
    void nothingButNoiseDoublesTheBatch() {
        RunPlan plan = PacedPlan.of(plans(8, 1000).plan(), byNoise(8, 64, ScalingRule.NONE, 2000));
        Pacing pacing = Pacing.of(plan);
        for (long step = 0; step < 4; step++) {
            pacing.done(step, new GradientSquares(2, 40, 0, 0.5, 4, Long.MAX_VALUE));
        }
        assertThat(pacing.noiseScale()).isNull();
        assertThat(pacing.trajectory().batchSizeAt(4)).isEqualTo(16);
    }

    /** Noise that swings by less than the hysteresis about a border leaves the batch alone. */
    @Test
    void itDoesNotSwingToAndFro() {
        RunPlan plan = PacedPlan.of(plans(8, 1000).plan(), byNoise(1, 64, ScalingRule.NONE, 2000));
        Pacing pacing = Pacing.of(plan);
        for (long step = 0; step < 400; step++) {
            pacing.done(step, withNoiseScale(16 * (1 + 0.4 * Math.sin(step / 30.0))));
        }
        // At 16 it doubled; it would halve again at 8, and double at 32.
        assertThat(pacing.trajectory().phases()).hasSize(2);
    }

    /** y = w·x with noise in y: near the optimum the gradient is noise, and the batch grows to its bound. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void itGrowsAsTheGradientBecomesNoise(int workers) throws Exception {
        RunPlan plan = PacedPlan.of(
                plans(8, 10_000)
                        .withWorkers(workers)
                        .withSchedule(new LearningRateSchedule.Constant(0.05))
                        .plan(),
                byNoise(8, 64, ScalingRule.SQRT, 40L * EXAMPLES));
        TrainedRun run = train(plan, noisy());
        assertThat(run.stepRows().get(0).updateExamples()).isEqualTo(8);
        assertThat(Objects.requireNonNull(run.trajectory()).batchSizeAt(run.steps()))
                .isEqualTo(64);
        StepRecord last = run.stepRows().get(run.stepRows().size() - 1);
        assertThat(last.examples()).isEqualTo(40L * EXAMPLES);
        assertThat(last.learningRate()).isCloseTo(0.05 * Math.sqrt(8), within(1e-12));
        assertThat(run.steps()).isLessThan(40 * 13).isGreaterThan(40 * 2);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 5"})
    void oneThatFollowsNoiseGoesOnWhereItWasKilled(int workers, long everySteps) throws Exception {
        RunPlan plan = PacedPlan.of(
                plans(8, 10_000)
                        .withWorkers(workers)
                        .withSchedule(new LearningRateSchedule.Cosine(0.05, 0, 50))
                        .plan(),
                byNoise(8, 50, ScalingRule.LINEAR, 2L * EXAMPLES));
        ResumeTest.killEverywhere(
                new CheckpointedRanks(() -> new LinearReplica(FEATURES, 0.25f), NOTHING),
                CheckpointedPlan.of(plan, everySteps, 0));
    }

    private static ArrayExamples noisy() {
        ArrayExamples exact = ArrayExamples.linear(EXAMPLES, FEATURES, 1);
        List<Float> targets = new ArrayList<>();
        for (int i = 0; i < EXAMPLES; i++) {
            targets.add(exact.targets().get(i) + (i * 37 % 11 - 5) / 2f);
        }
        return new ArrayExamples(exact.features(), targets);
    }
}
