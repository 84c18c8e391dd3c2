package io.batchscope.train;

import static io.batchscope.train.CheckpointedRanks.NOTHING;
import static io.batchscope.train.Feeding.EXAMPLES;
import static io.batchscope.train.Feeding.FEATURES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.PacedPlan;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose rate is the base rate times the measured gain. */
class AdaScaleTest {
    private static final LearningRateSchedule FALLING = new LearningRateSchedule.Cosine(0.02, 0.001, 200);

    private static final int MANY = 64;

    private static RunPlans plans(long batchSize, long steps) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, steps, 0.02).withSchedule(FALLING);
    }

    private static RunPlan plan(long batchSize, int workers, double scale, boolean stretches, long steps) {
        return PacedPlan.of(
                plans(batchSize, steps).withWorkers(workers).plan(), new Pace.AdaScale(scale, stretches, 200));
    }

    private static TrainedRun train(RunPlan plan) throws Exception {
        return RankThreads.train(plan, Feeding.TRAIN, rank -> new LinearReplica(FEATURES, 0))
                .get(0);
    }

    private static double required(@Nullable Number value) {
        return Objects.requireNonNull(value).doubleValue();
    }

    /**
     * Algorithm 1 with the practical estimates of section 3.4, done by hand from the squared norms in the rows: batches of 48
     * of 96 examples, in 8 parts of 6, which is the base batch, so S = 8.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void theRateIsThatOfTheAlgorithm(int workers) throws Exception {
        ArrayExamples train = ArrayExamples.linear(96, FEATURES, 1);
        RunPlan plan = PacedPlan.of(
                RunPlans.sgd(Task.REGRESSION, 96, 48, 200, 0.02)
                        .withSchedule(FALLING)
                        .withMicroBatch(100)
                        .withWorkers(workers)
                        .plan(),
                new Pace.AdaScale(8, true, 200));
        TrainedRun run = RankThreads.train(plan, train, rank -> new LinearReplica(FEATURES, 0))
                .get(0);
        double theta = 1 - 8 / 1000.0;
        double progress = 0;
        double variance = 0;
        double squaredMean = 0;
        double gain = 1;
        for (int t = 0; t < run.stepRows().size(); t++) {
            StepRecord row = run.stepRows().get(t);
            assertThat(row.gain()).isCloseTo(gain, within(1e-5 * gain));
            gain = required(row.gain());
            assertThat(row.learningRate()).isEqualTo(gain * FALLING.rateAt((long) Math.floor(progress)));
            assertThat(gain).isBetween(1.0, 8.0);
            progress += gain;
            double batch = required(row.updateExamples());
            double small = required(row.gradientNormSqSmall());
            double big = required(row.gradientNormSqBig());
            // Trace of the covariance by the variance between 8 parts of 6 examples, then of a base batch of 6.
            double trace = (batch * small - batch * big) / 7;
            double keep = t < 1 / (1 - theta) ? 1 - 1.0 / (t + 1) : theta;
            variance = keep * variance + (1 - keep) * Math.max(1e-6, trace / 6);
            squaredMean = keep * squaredMean + (1 - keep) * Math.max(0, big - trace * (1 / batch - 1.0 / 96));
            gain = (variance + squaredMean) / (variance / 8 + squaredMean);
        }
        assertThat(run.outcome()).isEqualTo(new Outcome.Completed());
        assertThat(progress).isGreaterThanOrEqualTo(200);
        assertThat(progress
                        - required(run.stepRows().get(run.stepRows().size() - 1).gain()))
                .isLessThan(200);
        assertThat(run.steps()).isLessThan(200).isEqualTo(run.stepRows().size());
    }

    @Test
    void atTheBaseBatchItIsPlainTraining() throws Exception {
        TrainedRun plain = train(plans(16, 200).plan());
        TrainedRun scaled = train(plan(16, 1, 1, true, 200));
        assertThat(TrainedParameters.of(scaled)).isEqualTo(TrainedParameters.of(plain));
        assertThat(scaled.steps()).isEqualTo(200);
        assertThat(scaled.stepRows()).allSatisfy(row -> {
            assertThat(row.gain()).isEqualTo(1);
            assertThat(row.gradientNormSqSmall()).isNull();
        });
    }

    /** All examples alike: the gradient has no noise, larger batches are worth nothing, and the run has all the base's updates. */
    @Test
    void withoutNoiseTheGainIsOne() throws Exception {
        ArrayExamples one = new ArrayExamples(
                java.util.Collections.nCopies(EXAMPLES, new float[] {1, -2, 0.5f}),
                java.util.Collections.nCopies(EXAMPLES, 3f));
        // At least 10⁻⁶ of variance is assumed, so the gradient must not vanish.
        RunPlan plan = PacedPlan.of(
                plans(96, 200)
                        .withSchedule(new LearningRateSchedule.Constant(1e-4))
                        .plan(),
                new Pace.AdaScale(12, true, 200));
        TrainedRun run = RankThreads.train(plan, one, rank -> new LinearReplica(FEATURES, 0))
                .get(0);
        assertThat(run.stepRows()).allSatisfy(row -> assertThat(row.gain()).isCloseTo(1, within(1e-4)));
        assertThat(run.steps()).isBetween(199L, 200L);
    }

    /**
     * Labels of which features tell nothing, at the optimum: the gradient is noise, and all of the scale is gained, but for
     * what of estimates below 0 is cut off. That is a share of about 0.4·√(2/features) of the noise.
     */
    @Test
    void withoutSignalTheGainIsTheScale() throws Exception {
        RunPlan plan = PacedPlan.of(
                RunPlans.sgd(Task.REGRESSION, 4096, 64, 500, 0.0)
                        .withSchedule(new LearningRateSchedule.Constant(0))
                        .plan(),
                new Pace.AdaScale(4, true, 400));
        ArrayExamples centred = centred();
        TrainedRun run = RankThreads.train(plan, centred, rank -> new LinearReplica(MANY, 0))
                .get(0);
        StepRecord last = run.stepRows().get(run.stepRows().size() - 1);
        assertThat(last.gain()).isGreaterThan(3.6);
        assertThat(run.steps()).isBetween(100L, 115L);
    }

    /** Examples x and −x with the same label 1: at w = 0 their gradients −2x and 2x add up to nothing. */
    private static ArrayExamples centred() {
        java.util.Random random = new java.util.Random(3);
        List<float[]> features = new java.util.ArrayList<>();
        List<Float> targets = new java.util.ArrayList<>();
        for (int i = 0; i < 4096; i += 2) {
            float[] x = new float[MANY];
            float[] opposite = new float[MANY];
            for (int j = 0; j < MANY; j++) {
                x[j] = (float) random.nextGaussian();
                opposite[j] = -x[j];
            }
            features.add(x);
            features.add(opposite);
            targets.add(1f);
            targets.add(1f);
        }
        return new ArrayExamples(features, targets);
    }

    @Test
    void withEqualEpochsTheScheduleIsTheRunsOwn() throws Exception {
        RunPlan plan = PacedPlan.of(plans(64, 40).plan(), new Pace.AdaScale(8, false, 40));
        TrainedRun run = train(plan);
        assertThat(run.steps()).isEqualTo(40);
        for (StepRecord row : run.stepRows()) {
            assertThat(row.learningRate()).isEqualTo(required(row.gain()) * FALLING.rateAt(row.step() - 1));
        }
        assertThat(run.stepRows().get(39).gain()).isGreaterThan(1);
    }

    /** 103 examples are a batch of 64 and one of 39, which is worth no more than 39/8 updates of the base batch. */
    @Test
    void theLastBatchOfAnEpochGainsByItsOwnSize() throws Exception {
        List<StepRecord> rows = train(plan(64, 1, 8, true, 200)).stepRows();
        for (int i = 2; i < rows.size(); i++) {
            StepRecord row = rows.get(i);
            assertThat(required(row.updateExamples())).isEqualTo(i % 2 == 0 ? 64 : 39);
            assertThat(required(row.gain())).isBetween(1.0, i % 2 == 0 ? 8 : 39 / 8.0);
        }
        // The same averages, so a smaller batch gains less.
        assertThat(required(rows.get(3).gain())).isLessThan(required(rows.get(4).gain()));
    }

    /** Evaluations and rows fall due by progress: so many of a run, however few updates it has. */
    @Test
    void whatFallsDueFallsDueByProgress() throws Exception {
        RunPlan plan = PacedPlan.of(
                plans(64, 200).withEvaluateEvery(50).withStepRowEvery(20).plan(), new Pace.AdaScale(8, true, 200));
        TrainedRun run = RankThreads.train(
                        plan,
                        Feeding.TRAIN,
                        ArrayExamples.linear(31, FEATURES, 2),
                        rank -> new LinearReplica(FEATURES, 0))
                .get(0);
        List<Long> evaluated = run.evalRows().stream()
                .filter(row -> row.split().equals("validation"))
                .map(row -> row.step())
                .toList();
        assertThat(evaluated).hasSize(5).startsWith(0L).endsWith(run.steps());
        assertThat(run.stepRows().size()).isBetween(10, 11);
        assertThat(run.stepRows().get(run.stepRows().size() - 1).step()).isEqualTo(run.steps());
    }

    @ParameterizedTest
    @CsvSource({"1, true, 1", "3, true, 2"})
    void goesOnWhereItWasKilled(int workers, boolean stretches, long everySteps) throws Exception {
        RunPlan plan = io.batchscope.testing.CheckpointedPlan.of(plan(64, workers, 8, stretches, 20), everySteps, 0);
        ResumeTest.killEverywhere(new CheckpointedRanks(() -> new LinearReplica(FEATURES, 0.25f), NOTHING), plan);
    }
}
