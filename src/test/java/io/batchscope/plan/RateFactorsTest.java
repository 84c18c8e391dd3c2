package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.OptimizerSettings;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.DecayShape;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Piece;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.plan.RecipeConfig.WarmupConfig;
import io.batchscope.plan.RecipeConfig.WarmupConfig.Rise;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A search multiplies the whole rate, after rule and cap, and nothing else. */
class RateFactorsTest {
    private static final OptimizerConfig ADAMW =
            new OptimizerConfig(OptimizerConfig.Name.ADAMW, 0, 1e-4, 0.9, 0.999, 1e-8);

    private static LearningRateConfig rate(
            ScalingRule rule, @Nullable Double max, @Nullable Double from, ScheduleConfig shape, Double... factors) {
        return new LearningRateConfig(
                0.1,
                64,
                rule,
                Optional.ofNullable(max),
                new WarmupConfig(
                        Span.parse(shape.shape() == Shape.PIECES ? "0 steps" : "24 steps"),
                        Rise.EXPONENTIAL,
                        Optional.ofNullable(from)),
                shape,
                List.of(factors));
    }

    static Stream<ScheduleConfig> shapes() {
        Piece first = new Piece(Optional.of(Span.parse("10 %")), DecayShape.LINEAR, 0, 1.5);
        Piece last = new Piece(Optional.empty(), DecayShape.COSINE, 1.5, 0);
        return Stream.of(
                Studies.shape(Shape.CONSTANT),
                Studies.shape(Shape.STEP, "50 %"),
                Studies.shape(Shape.POLYNOMIAL),
                Studies.shape(Shape.COSINE),
                Studies.shape(Shape.WSD),
                new ScheduleConfig(
                        Shape.PIECES,
                        0,
                        1,
                        List.of(),
                        0.1,
                        Span.parse("20 %"),
                        DecayShape.LINEAR,
                        List.of(first, last)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void multipliesEveryRateOfTheRunAfterTheCap(ScheduleConfig shape) {
        for (Double from : new Double[] {null, 0.25}) {
            for (long batch : new long[] {8, 64, 512}) {
                List<RunPlan> runs = ordinary()
                        .batches(batch)
                        .rate(rate(ScalingRule.LINEAR, 0.3, from, shape, 0.25, 1.0, 8.0))
                        .plan()
                        .runs();
                assertThat(runs).extracting(RunPlan::learningRateFactor).containsExactly(0.25, 1.0, 8.0);
                RunPlan plain = runs.get(1);
                assertThat(plain.peakLearningRate()).isCloseTo(Math.min(0.3, 0.1 * batch / 64), within(1e-15));
                for (RunPlan run : runs) {
                    assertThat(run.peakLearningRate()).isEqualTo(run.learningRateFactor() * plain.peakLearningRate());
                    assertThat(run.warmupSteps()).isEqualTo(plain.warmupSteps());
                    assertThat(run.plannedSteps()).isEqualTo(plain.plannedSteps());
                    for (long t = 0; t < run.plannedSteps(); t += 7) {
                        assertThat(run.schedule().rateAt(t))
                                .isCloseTo(
                                        run.learningRateFactor()
                                                * plain.schedule().rateAt(t),
                                        within(1e-13));
                    }
                }
            }
        }
    }

    @Test
    void isTheRunWithoutASearchWhereTheFactorIsOne() {
        Studies study = ordinary().batches(512).seeds(2L);
        RunPlan plain = study.rate(rate(ScalingRule.LINEAR, null, null, Studies.shape(Shape.COSINE)))
                .run();
        List<RunPlan> searched = study.rate(
                        rate(ScalingRule.LINEAR, null, null, Studies.shape(Shape.COSINE), 0.5, 1.0, 2.0))
                .plan()
                .runs();
        assertThat(plain.learningRateFactor()).isEqualTo(1);
        assertThat(searched).contains(plain);
        assertThat(searched).extracting(RunPlan::runId).doesNotHaveDuplicates();
        assertThat(searched).extracting(RunPlan::trainingId).doesNotHaveDuplicates();
    }

    @Test
    void runsEveryBatchSizeModeAndSeedWithEveryFactor() {
        StudyPlan plan = ordinary()
                .batches(8, 64)
                .seeds(1L, 2L)
                .modes(
                        new SyncModeConfig.Resolved(new Synchronization.Synchronous()),
                        new SyncModeConfig.Resolved(new Synchronization.Dl4jParameterAveraging(4)))
                .rate(rate(ScalingRule.LINEAR, null, null, Studies.shape(Shape.CONSTANT), 0.5, 2.0))
                .plan();
        assertThat(plan.runs()).hasSize(2 * 2 * 2 * 2);
        assertThat(plan.runs().stream().limit(8))
                .extracting(run -> run.batchSize() + " × " + run.learningRateFactor() + " " + run.seed())
                .containsExactly(
                        "8 × 0.5 1",
                        "8 × 0.5 2",
                        "8 × 0.5 1",
                        "8 × 0.5 2",
                        "8 × 2.0 1",
                        "8 × 2.0 2",
                        "8 × 2.0 1",
                        "8 × 2.0 2");
        assertThat(plan.describe(plan.runs().get(0))).startsWith("batch 8, rate × 0.5, synchronous");
        assertThat(plan.searchesRates()).isTrue();
        assertThat(ordinary().plan().searchesRates()).isFalse();
    }

    /** η·λ stays, so weights are forgotten as fast with every rate. */
    @Test
    void keepsTheTimescaleOfWeightDecayAndNoOtherDecay() {
        LearningRateConfig search = rate(ScalingRule.SQRT, null, null, Studies.shape(Shape.CONSTANT), 0.5, 1.0, 4.0);
        Studies study = ordinary().batches(512).rate(search);
        assertThat(study.optimizer(new OptimizerSettings(ADAMW, MomentScaling.NONE, DecayScaling.TIMESCALE))
                        .plan()
                        .runs())
                .allSatisfy(run -> assertThat(
                                run.peakLearningRate() * run.optimizer().weightDecay())
                        .isCloseTo(0.1 * 1e-4 * 8, within(1e-18)));
        assertThat(study.optimizer(new OptimizerSettings(ADAMW, MomentScaling.NONE, DecayScaling.LINEAR))
                        .plan()
                        .runs())
                .allSatisfy(run -> assertThat(run.optimizer().weightDecay()).isCloseTo(8e-4, within(1e-18)));
    }

    /** What growth multiplies the rate by is the same with every factor. */
    @Test
    void multipliesTheRateOfABatchThatGrows() {
        for (boolean scales : new boolean[] {true, false}) {
            GrowthConfig growth = new GrowthConfig(
                    GrowthConfig.By.PLAN,
                    List.of(Span.parse("50 %")),
                    8,
                    OptionalLong.empty(),
                    OptionalLong.of(256),
                    scales,
                    1,
                    2,
                    Span.parse("1 step"),
                    Span.parse("1 step"));
            List<RunPlan> runs = ordinary()
                    .growth(growth)
                    .rate(rate(ScalingRule.LINEAR, 0.3, null, Studies.shape(Shape.CONSTANT), 1.0, 4.0))
                    .plan()
                    .runs();
            long last = runs.get(0).plannedSteps() - 1;
            assertThat(runs.get(0).geometry().batchSizeAt(last)).isEqualTo(256);
            assertThat(runs.get(0).schedule().rateAt(last)).isCloseTo(scales ? 0.3 : 0.05, within(1e-15));
            for (long t = 0; t <= last; t++) {
                assertThat(runs.get(1).schedule().rateAt(t))
                        .isCloseTo(4 * runs.get(0).schedule().rateAt(t), within(1e-14));
            }
        }
    }

    @Test
    void multipliesTheBaseBatchsScheduleOfAdaScale() {
        List<RunPlan> runs = ordinary()
                .batches(512)
                .rate(rate(ScalingRule.ADASCALE, null, 0.5, Studies.shape(Shape.COSINE), 1.0, 2.0))
                .plan()
                .runs();
        assertThat(runs).extracting(RunPlan::peakLearningRate).containsExactly(0.1, 0.2);
        assertThat(runs).extracting(RunPlan::pace).containsOnly(new Pace.AdaScale(8, true, 940));
    }

    @Test
    void saysThatFactorsGoBeyondTheCapAndSaysEverythingOnce() {
        assertThat(ordinary()
                        .batches(64, 512, 1024)
                        .rate(rate(ScalingRule.LINEAR, 0.3, null, Studies.shape(Shape.CONSTANT), 0.5, 1.0, 2.0))
                        .plan()
                        .notices())
                .containsExactly(
                        "learning rate capped at 0.3 for batch size 512 (scaled 0.8000), 1024 (scaled 1.600)",
                        "learning-rate.search multiplies the capped rate, so factors above 1 go beyond learning-rate.max"
                                + " for batch size 512, 1024");
    }
}
