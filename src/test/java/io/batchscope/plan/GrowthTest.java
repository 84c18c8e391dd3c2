package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.BudgetConfig.Equal;
import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.GrowthConfig.By;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.units.BatchTrajectory;
import io.batchscope.units.BatchTrajectory.Phase;
import io.batchscope.units.EpochGeometry;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** 10 epochs of 6,000 examples, which are 940 updates of 64. */
class GrowthTest {
    private static GrowthConfig plan(double factor, long most, boolean scales, String... milestones) {
        return new GrowthConfig(
                By.PLAN,
                Stream.of(milestones).map(Span::parse).toList(),
                factor,
                OptionalLong.empty(),
                most == 0 ? OptionalLong.empty() : OptionalLong.of(most),
                scales,
                1,
                2,
                Span.parse("1 step"),
                Span.parse("1 step"));
    }

    private static RunPlan decayed(double factor, String... milestones) {
        ScheduleConfig step = new ScheduleConfig(
                Shape.STEP,
                0,
                1,
                Stream.of(milestones).map(Span::parse).toList(),
                factor,
                Span.parse("20 %"),
                ScheduleConfig.DecayShape.LINEAR,
                List.of());
        return ordinary()
                .rate(Studies.rate(ScalingRule.LINEAR, null, "0 steps", step))
                .run();
    }

    /** By hand: 470 updates of 64 are 5 epochs; 705 are 45,008 examples; epochs have 94, 47 and 24 updates. */
    @Test
    void growsWhereTheRunThatDoesNotGrowHasSeenAsManyExamples() {
        RunPlan run = ordinary().growth(plan(2, 0, false, "50 %", "75 %")).run();

        assertThat(run.pace())
                .isEqualTo(new Pace.Planned(List.of(new Phase(470, 128, 30_000), new Phase(588, 256, 45_072))));
        assertThat(run.plannedSteps()).isEqualTo(648);
        assertThat(run.plannedExamples()).isEqualTo(60_000);
        assertThat(run.pace().describe()).isEqualTo("batch 128 from step 470, batch 256 from step 588");
        assertThat(run.largestBatch()).isEqualTo(256);
    }

    /**
     * Noise needs two examples: it is measured if the batch comes to have them. 30,000 updates of 1 and 469 of 64 have rows
     * every 31 updates, and 620 is the next multiple above 600.
     */
    @Test
    void measuresNoiseWhereTheBatchGrowsFromOne() {
        assertThat(ordinary()
                        .batches(1)
                        .growth(plan(64, 0, false, "50 %"))
                        .run()
                        .measures()
                        .noiseEvery())
                .isEqualTo(620);
        assertThat(ordinary().batches(1).run().measures().noiseEvery()).isZero();
    }

    /** Smith et al. 2018: rate over batch size falls as in the run whose rate falls, example by example. */
    @ParameterizedTest
    @CsvSource({"2, 0", "5, 0", "2, 128", "3, 64", "1.5, 0", "2, 300"})
    void followsTheDecayedRunInRateOverBatchSize(double factor, long most) {
        String[] milestones = {"30 %", "60 %", "80 %"};
        RunPlan grown = ordinary().growth(plan(factor, most, false, milestones)).run();
        RunPlan decayed = decayed(1 / factor, milestones);
        EpochGeometry constant = new EpochGeometry(6000, 64);
        BatchTrajectory sizes = grown.geometry();

        assertThat(grown.plannedExamples()).isEqualTo(decayed.plannedExamples());
        for (long t = 0; t < grown.plannedSteps(); t++) {
            long same = constant.stepsForExamples(sizes.examplesAfter(t));
            assertThat(grown.schedule().rateAt(t) / sizes.batchSizeAt(t) * 64)
                    .as("update %d, as %d", t, same)
                    .isCloseTo(decayed.schedule().rateAt(same), within(1e-15));
        }
    }

    @Test
    void letsTheRateFallWhereTheLargestBatchLeavesGrowthOut() {
        StudyPlan plan = ordinary().growth(plan(2, 200, false, "50 %", "75 %")).plan();
        RunPlan run = plan.runs().get(0);

        assertThat(run.geometry().batchSizeAt(run.plannedSteps() - 1)).isEqualTo(200);
        assertThat(run.schedule().rateAt(0))
                .isEqualTo(run.schedule().rateAt(500))
                .isEqualTo(0.1);
        assertThat(run.schedule().rateAt(run.plannedSteps() - 1)).isCloseTo(0.1 * 200 / 256, within(1e-15));
        assertThat(plan.notices())
                .containsExactly("the batch grows no further than its largest size for batch size 64 (from 75 %); from"
                        + " there on the rate falls instead");
    }

    @ParameterizedTest
    @CsvSource({"LINEAR, 0.1, 0.2, 0.4", "SQRT, 0.1, 0.1414213562373095, 0.2", "NONE, 0.1, 0.1, 0.1"})
    void scalesTheRateWithTheBatchByTheRule(ScalingRule rule, double first, double second, double third) {
        RunPlan run = ordinary()
                .rate(Studies.rate(rule, null, "0 steps", Studies.shape(Shape.CONSTANT)))
                .growth(plan(2, 0, true, "50 %", "75 %"))
                .run();
        LearningRateSchedule schedule = run.schedule();

        assertThat(schedule.rateAt(469)).isCloseTo(first, within(1e-15));
        assertThat(schedule.rateAt(470)).isCloseTo(second, within(1e-15));
        assertThat(schedule.rateAt(587)).isCloseTo(second, within(1e-15));
        assertThat(schedule.rateAt(588)).isCloseTo(third, within(1e-15));
    }

    @Test
    void capsARateThatFollowsTheBatch() {
        RunPlan run = ordinary()
                .rate(Studies.rate(ScalingRule.LINEAR, 0.3, "0 steps", Studies.shape(Shape.CONSTANT)))
                .growth(plan(2, 0, true, "50 %", "75 %"))
                .run();
        assertThat(run.schedule().rateAt(600)).isCloseTo(0.3, within(1e-15));
    }

    /** The schedule is gone through by examples, so it ends with the run. */
    @Test
    void goesThroughTheScheduleByExamples() {
        RunPlan run = ordinary()
                .rate(Studies.rate(ScalingRule.LINEAR, null, "0 steps", Studies.shape(Shape.COSINE)))
                .growth(plan(2, 0, false, "50 %", "75 %"))
                .run();
        LearningRateSchedule constant = new LearningRateSchedule.Cosine(0.1, 0.001, 940);

        assertThat(run.schedule().rateAt(200)).isEqualTo(constant.rateAt(200));
        assertThat(run.schedule().rateAt(470)).isEqualTo(constant.rateAt(470));
        // 59 of 118 updates of 128 are 117.5 of 235 updates of 64.
        assertThat(run.schedule().rateAt(529)).isEqualTo(constant.rateAt(587));
        assertThat(run.schedule().rateAt(588)).isEqualTo(constant.rateAt(705));
        assertThat(run.schedule().rateAt(647)).isCloseTo(constant.rateAt(936), within(1e-15));
        assertThat(run.schedule().rateAt(648)).isEqualTo(constant.rateAt(940));
    }

    /** Hoffer's updates with Smith's growth: as many updates, whatever they take in. */
    @Test
    void growsAtTheSameUpdatesWhereUpdatesAreEqual() {
        Studies study = ordinary()
                .rate(Studies.rate(ScalingRule.NONE, null, "0 steps", Studies.shape(Shape.COSINE)))
                .budget(new BudgetConfig(Span.parse("10 epochs"), Optional.of(Equal.UPDATES), 0, Optional.empty()))
                .growth(plan(2, 0, false, "50 %"));
        for (RunPlan run : study.batches(64, 512).plan().runs()) {
            assertThat(run.plannedSteps()).isEqualTo(940);
            assertThat(run.geometry().phases()).extracting(Phase::fromStep).containsExactly(0L, 470L);
            assertThat(run.geometry().batchSizeAt(470)).isEqualTo(2 * run.batchSize());
            assertThat(run.schedule()).isEqualTo(new LearningRateSchedule.Cosine(0.1, 0.001, 940));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void hasTheTrajectoryThatGrowingStepByStepGives(long seed) {
        Random random = new Random(seed);
        String[] milestones = IntStream.range(0, 4)
                .mapToObj(i -> 10 + 20 * i + 15 * random.nextDouble() + " %")
                .toArray(String[]::new);
        RunPlan run = ordinary()
                .batches(1 + random.nextInt(300))
                .growth(plan(1.2 + 3 * random.nextDouble(), 100 + random.nextInt(6000), false, milestones))
                .run();
        BatchTrajectory expected = BatchTrajectory.constant(6000, run.batchSize());
        for (Phase phase : ((Pace.Planned) run.pace()).growth()) {
            expected = expected.then(phase.fromStep(), phase.batchSize());
        }

        assertThat(run.geometry()).isEqualTo(expected);
        assertThat(run.plannedExamples()).isGreaterThanOrEqualTo(60_000);
        assertThat(run.geometry().examplesAfter(run.plannedSteps() - 1)).isLessThan(60_000);
    }

    @Test
    void refusesMilestonesOutsideTheRunOrInWarmup() {
        assertThat(Problems.of(ordinary().growth(plan(2, 0, false, "11 epochs"))))
                .containsExactly("milestones 11 epochs (study.batch-growth.milestones): must ascend between the end of"
                        + " warmup and the end of the run, but at batch size 64 they are updates 1034 of 940 after 0 of"
                        + " warmup; move them");
        assertThat(Problems.of(ordinary()
                        .batches(512)
                        .rate(Studies.rate(ScalingRule.LINEAR, null, "2 epochs", Studies.shape(Shape.CONSTANT)))
                        .growth(plan(2, 0, false, "1 epochs"))))
                .singleElement()
                .asString()
                .contains("updates 12 of 120 after 24 of warmup");
    }

    private static GrowthConfig noise(long least, long most) {
        return new GrowthConfig(
                By.NOISE,
                List.of(),
                2,
                least == 0 ? OptionalLong.empty() : OptionalLong.of(least),
                most == 0 ? OptionalLong.empty() : OptionalLong.of(most),
                true,
                1.5,
                2,
                Span.parse("2 %"),
                Span.parse("50 steps"));
    }

    @Test
    void leavesTheBatchToTheNoise() {
        StudyPlan plan = ordinary().growth(noise(32, 1024)).plan();
        RunPlan run = plan.runs().get(0);

        assertThat(run.pace()).isEqualTo(new Pace.ByNoise(32, 1024, 1.5, 2, 19, 50, ScalingRule.LINEAR, 60_000));
        assertThat(run.plannedSteps()).as("all of 32").isEqualTo(1880);
        assertThat(run.evaluateEvery()).as("an epoch of the first batch").isEqualTo(94);
        assertThat(plan.notices())
                .containsExactly(
                        "how large batches are, and with that rates and the number of updates, is only known at"
                                + " run time; steps are the most there can be");
        assertThat(((Pace.ByNoise) ordinary().growth(noise(0, 0)).run().pace()).least())
                .isEqualTo(64);
        assertThat(((Pace.ByNoise) ordinary().growth(noise(0, 0)).run().pace()).most())
                .isEqualTo(6000);
    }

    @Test
    void refusesNoiseWithoutAnExampleBudgetOrOutsideItsBounds() {
        assertThat(Problems.of(ordinary().growth(noise(0, 0)).budget("500 steps", 0, Optional.empty())))
                .containsExactly(
                        "batch-growth by noise (study.batch-growth.by): must have a budget of examples, but that"
                                + " is counted in updates, whose size is not known before; use budget.epochs, budget.examples or"
                                + " budget.equal = epochs");
        assertThat(Problems.of(ordinary().growth(noise(128, 512))))
                .containsExactly("batch size 64 (study.batch-sizes): must lie between the smallest and the largest that"
                        + " it may change to (study.batch-growth), 128 and 512; remove it, or change min and max");
        assertThat(Problems.of(ordinary()
                        .growth(noise(0, 0))
                        .rate(Studies.rate(ScalingRule.LINEAR, 0.5, "0 steps", Studies.shape(Shape.CONSTANT)))))
                .containsExactly(
                        "batch-growth by noise (study.batch-growth.by): must have no cap on the rate where that"
                                + " follows the batch (learning-rate.max = 0.5); cap the batch (batch-growth.max), or use"
                                + " batch-growth.rate = keep");
    }
}
