package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.plan.Measures;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradientMeterTest {
    private static final int FEATURES = 4;
    private static final int EXAMPLES = 256;

    /** With noise in the targets, so that gradients differ at the best parameters too. */
    private static final ArrayExamples TRAIN = noisy(ArrayExamples.linear(EXAMPLES, FEATURES, 3));

    private static ArrayExamples noisy(ArrayExamples exact) {
        List<Float> targets = IntStream.range(0, EXAMPLES)
                .mapToObj(i -> exact.targetOf(i) + (i * 37 % 19 - 9) / 6f)
                .toList();
        return new ArrayExamples(exact.features(), targets);
    }

    private static RunPlans plans(long batchSize, long steps, double rate) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, steps, rate).withMicroBatch(16);
    }

    private static TrainedRun train(RunPlan plan) throws Exception {
        return RankThreads.train(plan, TRAIN, rank -> new LinearReplica(FEATURES, 0.5f))
                .get(0);
    }

    private static double known(@Nullable Double value) {
        return Objects.requireNonNull(value);
    }

    private static double[] column(TrainedRun run, Function<StepMeasures, @Nullable Double> column) {
        return run.stepRows().stream()
                .map(row -> column.apply(row.measures()))
                .filter(Objects::nonNull)
                .mapToDouble(value -> known(value))
                .toArray();
    }

    /** tr Σ (N − 1 in the denominator) and |G|² of all examples at the parameters 0, example by example. */
    private record Truth(double noise, double signal) {
        static Truth atStart() {
            double[][] gradients = new double[EXAMPLES][];
            Batch one = new Batch(1, FEATURES);
            float[] gradient = new float[FEATURES + 1];
            double[] mean = new double[FEATURES];
            LinearReplica replica = new LinearReplica(FEATURES, 0);
            for (int i = 0; i < EXAMPLES; i++) {
                one.fill(TRAIN, i, i + 1);
                replica.gradient(one, 1, false, gradient);
                gradients[i] = new double[FEATURES];
                for (int j = 0; j < FEATURES; j++) {
                    gradients[i][j] = gradient[j];
                    mean[j] += gradient[j] / (double) EXAMPLES;
                }
            }
            double trace = 0;
            double signal = 0;
            for (int j = 0; j < FEATURES; j++) {
                signal += mean[j] * mean[j];
                for (double[] each : gradients) {
                    trace += (each[j] - mean[j]) * (each[j] - mean[j]) / (EXAMPLES - 1);
                }
            }
            return new Truth(trace, signal);
        }
    }

    /**
     * At a rate that moves nothing every update measures the same truth, which is known example by example: the mean of the
     * estimates is within four standard errors of it, whatever the batch, the ranks, and what they compare (from batch 2 on 1
     * rank and 6 on 3, parts; below that the ranks' gradients).
     */
    @ParameterizedTest
    @CsvSource({"2, 1", "5, 1", "32, 1", "200, 1", "256, 1", "2, 2", "3, 2", "7, 3", "5, 3", "32, 3", "256, 2"})
    void noiseAndSignalAreUnbiased(int batchSize, int workers) throws Exception {
        Truth truth = Truth.atStart();
        TrainedRun run = train(plans(batchSize, 4000, 1e-12)
                .withWorkers(workers)
                .withMeasures(new Measures(0, 1, 1))
                .plan());
        assertNear(column(run, StepMeasures::gradientNoise), truth.noise);
        double[] signals = column(run, StepMeasures::gradientSignal);
        assertNear(signals, truth.signal);
        if (batchSize == EXAMPLES) {
            assertThat(signals[0]).isCloseTo(truth.signal, within(1e-5 * truth.signal));
            assertThat(column(run, StepMeasures::gradientCosine)).containsOnly(1);
        }
    }

    private static void assertNear(double[] samples, double truth) {
        assertThat(samples).hasSizeGreaterThan(1000);
        double mean = java.util.Arrays.stream(samples).average().orElseThrow();
        double squares = java.util.Arrays.stream(samples)
                .map(sample -> (sample - mean) * (sample - mean))
                .sum();
        double standardError = Math.sqrt(squares / (samples.length - 1) / samples.length);
        assertThat(mean).isCloseTo(truth, within(4 * standardError + 1e-5 * truth));
    }

    /** Late in that run the averages have settled: the cosine and the gain are those of the truth. */
    @Test
    void cosineAndGainFollowFromTheTruth() throws Exception {
        Truth truth = Truth.atStart();
        TrainedRun run =
                train(plans(32, 4000, 1e-12).withMeasures(new Measures(0, 1, 8)).plan());
        NoiseScaleEstimate whole = NoiseScaleEstimate.of(run.stepRows(), EXAMPLES, "");
        double cosine = Math.sqrt(truth.signal / (truth.signal + truth.noise * (1 / 32.0 - 1.0 / EXAMPLES)));
        assertThat(known(whole.cosine())).isCloseTo(cosine, within(0.005));
        double[] cosines = column(run, StepMeasures::gradientCosine);
        assertThat(java.util.Arrays.stream(cosines).skip(1000).average().orElseThrow())
                .isCloseTo(cosine, within(0.02));
        double gain = (truth.noise / 8 + truth.signal) / (truth.noise / 32 + truth.signal);
        double[] gains = column(run, StepMeasures::adascaleGain);
        double mean = java.util.Arrays.stream(gains).skip(1000).average().orElseThrow();
        assertThat(mean).isCloseTo(gain, within(0.05 * gain));
        assertThat(known(whole.low())).isLessThan(truth.noise / truth.signal);
        assertThat(known(whole.high())).isGreaterThan(truth.noise / truth.signal);
    }

    /** Measured or not, the parameters are the same to the bit. */
    @ParameterizedTest
    @CsvSource({"2, 1", "24, 1", "24, 3", "3, 2"})
    void measuringChangesNothing(int batchSize, int workers) throws Exception {
        RunPlans plans = plans(batchSize, 30, 0.01).withWorkers(workers);
        TrainedRun plain = train(plans.withMeasures(Measures.NONE).plan());
        TrainedRun measured = train(plans.withMeasures(new Measures(1, 1, 1)).plan());
        assertThat(TrainedParameters.of(measured)).isEqualTo(TrainedParameters.of(plain));
        assertThat(plain.stepRows()).extracting(StepRecord::measures).containsOnly(StepMeasures.NONE);
        assertThat(plain.stepRows()).extracting(StepRecord::gradientNorm).containsOnlyNulls();
    }

    /** Nor the order in which a ring adds what its ranks have, of which there are enough for the last bits to tell. */
    @ParameterizedTest
    @CsvSource({"24, 3", "24, 5", "4, 3", "4, 5"})
    void measuringChangesNoOrderOfSums(int batchSize, int workers) throws Exception {
        int features = 97;
        Random random = new Random(5);
        List<float[]> inputs = Stream.generate(() -> new float[features])
                .limit(EXAMPLES)
                .peek(row -> {
                    for (int i = 0; i < features; i++) {
                        row[i] = (float) random.nextGaussian();
                    }
                })
                .toList();
        List<Float> targets = inputs.stream().map(row -> row[0] - row[1] / 3).toList();
        ArrayExamples examples = new ArrayExamples(inputs, targets);
        RunPlans plans = plans(batchSize, 30, 0.01).withWorkers(workers);
        List<float[]> trained = new ArrayList<>();
        for (Measures measures : List.of(Measures.NONE, new Measures(1, 1, 1), new Measures(1, 7, 1))) {
            trained.add(TrainedParameters.of(RankThreads.train(
                            plans.withMeasures(measures).plan(), examples, rank -> new LinearReplica(features, 0.5f))
                    .get(0)));
        }
        assertThat(trained).allSatisfy(parameters -> assertThat(parameters).isEqualTo(trained.get(0)));
    }

    /** Plain descent changes the parameters by rate × gradient; the held one is not part of any norm. */
    @Test
    void normsAreThoseOfTheUpdate() throws Exception {
        TrainedRun run = train(plans(16, 20, 0.01).plan());
        for (StepRecord row : run.stepRows()) {
            double change = 0.01 * known(row.gradientNorm());
            assertThat(known(row.measures().updateNorm())).isCloseTo(change, within(1e-5 * change));
        }
        StepMeasures first = run.stepRows().get(0).measures();
        assertThat(known(first.weightDistance())).isCloseTo(known(first.updateNorm()), within(1e-6));
        float[] end = TrainedParameters.of(run);
        double distance = 0;
        for (int i = 0; i < FEATURES; i++) {
            distance += (double) end[i] * end[i];
        }
        assertThat(known(run.stepRows().get(19).measures().weightDistance()))
                .isCloseTo(Math.sqrt(distance), within(1e-6));
    }

    /** Every fifth update and the last; momentum makes the change another than rate × gradient. */
    @Test
    void measurementsStandInRowsOfTheirOwnDistance() throws Exception {
        OptimizerConfig heavy = new OptimizerConfig(OptimizerConfig.Name.SGD, 0.9, 0, 0.9, 0.999, 1e-8);
        TrainedRun run = train(plans(16, 23, 0.01)
                .withOptimizer(heavy)
                .withMeasures(new Measures(5, 10, 1))
                .plan());
        assertThat(run.stepRows().stream()
                        .filter(row -> row.measures().updateNorm() != null)
                        .map(StepRecord::step))
                .containsExactly(1L, 6L, 11L, 16L, 21L, 23L);
        assertThat(run.stepRows().stream()
                        .filter(row -> row.measures().gradientNoise() != null)
                        .map(StepRecord::step))
                .containsExactly(1L, 11L, 21L);
        assertThat(run.stepRows()).hasSize(23);
    }

    @Test
    void oneGradientGivesAReasonAndNoNumber() throws Exception {
        TrainedRun run =
                train(plans(1, 50, 0.01).withMeasures(new Measures(1, 1, 1)).plan());
        assertThat(column(run, StepMeasures::gradientNoise)).isEmpty();
        NoiseScaleEstimate none = NoiseScaleEstimate.of(run.stepRows(), EXAMPLES, "one gradient");
        assertThat(none).isEqualTo(NoiseScaleEstimate.none("one gradient"));
    }
}
