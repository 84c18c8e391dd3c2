package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.OptimizerConfig.Name;
import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.OptimizerSettings;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.units.Span;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipesTest {
    private static final OptimizerConfig ADAM = new OptimizerConfig(Name.ADAM, 0, 1e-4, 0.9, 0.999, 1e-8);

    static final OptimizerConfig ADAMW = new OptimizerConfig(Name.ADAMW, 0, 1e-4, 0.9, 0.999, 1e-8);

    static LearningRateConfig rate(ScalingRule rule) {
        return Studies.rate(rule, null, "0 steps", Studies.shape(Shape.CONSTANT));
    }

    static RecipeConfig named(String name, Studies study) {
        RecipeConfig recipe = study.recipe();
        return new RecipeConfig(
                name,
                recipe.optimizer(),
                recipe.learningRate(),
                recipe.regularization(),
                recipe.growth(),
                recipe.budget());
    }

    static Studies adaScale(long batch) {
        return ordinary().batches(batch).rate(rate(ScalingRule.ADASCALE));
    }

    @Test
    void runsEveryBatchSizeWithEveryRecipe() {
        Studies study = ordinary()
                .batches(512, 64)
                .seeds(1L, 2L)
                .recipes(named("sqrt", ordinary().rate(rate(ScalingRule.SQRT))), named("linear", ordinary()));
        StudyPlan plan = study.plan();

        assertThat(plan.runs())
                .extracting(
                        RunPlan::batchSize,
                        run -> run.recipe().name(),
                        run -> run.recipe().number(),
                        RunPlan::seed)
                .containsExactly(
                        tuple(64L, "sqrt", 0, 1L),
                        tuple(64L, "sqrt", 0, 2L),
                        tuple(64L, "linear", 1, 1L),
                        tuple(64L, "linear", 1, 2L),
                        tuple(512L, "sqrt", 0, 1L),
                        tuple(512L, "sqrt", 0, 2L),
                        tuple(512L, "linear", 1, 1L),
                        tuple(512L, "linear", 1, 2L));
        assertThat(plan.runs()).extracting(RunPlan::runId).doesNotHaveDuplicates();
        assertThat(plan.comparesModes()).isFalse();
        assertThat(plan.describe(plan.runs().get(0))).isEqualTo("batch 64, sqrt");
        assertThat(plan.notices())
                .containsExactly("recipes sqrt and linear are the same at batch size 64; both run there");
    }

    @Test
    void saysWhichRecipeAProblemAndANoticeIsOf() {
        LearningRateConfig low = Studies.rate(ScalingRule.LINEAR, 0.05, "0 steps", Studies.shape(Shape.CONSTANT));
        LearningRateConfig capped = Studies.rate(ScalingRule.LINEAR, 0.5, "0 steps", Studies.shape(Shape.CONSTANT));
        assertThat(Problems.of(ordinary()
                        .recipes(named("a", ordinary()), named("b", ordinary().rate(low)))))
                .containsExactly("cap 0.05 (recipe b: learning-rate.max): must be at least the base rate, but that is"
                        + " 0.1; raise the cap or lower recipe b: learning-rate.base");
        assertThat(ordinary()
                        .batches(512)
                        .recipes(named("a", ordinary()), named("b", ordinary().rate(capped)))
                        .plan()
                        .notices())
                .containsExactly("recipe b: learning rate capped at 0.5 for batch size 512 (scaled 0.8000)");
    }

    /** Malladi et al. 2022 and, for half lives, Marek et al. 2025; κ = 2. */
    @ParameterizedTest
    @CsvSource({"SDE, 0.8, 0.998, 7.0710678118654754e-9", "HALF_LIFE, 0.9, 0.998001, 1e-8", "NONE, 0.9, 0.999, 1e-8"})
    void scalesAdamsConstants(MomentScaling moments, double beta1, double beta2, double epsilon) {
        OptimizerConfig scaled = ordinary()
                .batches(128)
                .rate(rate(ScalingRule.SQRT))
                .optimizer(new OptimizerSettings(ADAM, moments, DecayScaling.NONE))
                .run()
                .optimizer();

        assertThat(scaled.beta1()).isCloseTo(beta1, within(1e-15));
        assertThat(scaled.beta2()).isCloseTo(beta2, within(1e-15));
        assertThat(scaled.epsilon()).isCloseTo(epsilon, within(1e-22));
        assertThat(scaled.weightDecay()).isEqualTo(1e-4);
    }

    @Test
    void refusesABatchSizeThatNoDecayOfMomentsIsShortEnoughFor() {
        Studies study = ordinary()
                .rate(rate(ScalingRule.SQRT))
                .optimizer(new OptimizerSettings(ADAM, MomentScaling.SDE, DecayScaling.NONE));
        assertThat(Problems.of(study.batches(641)))
                .containsExactly("batch size 641 (study.batch-sizes): must not exceed 640 with moment-scaling = sde"
                        + " (study.optimizer), which makes a beta -0.001562 there; remove it, or use moment-scaling ="
                        + " half-life");
        assertThat(study.batches(640).run().optimizer().beta1()).isCloseTo(0, within(1e-15));
    }

    @Test
    void refusesMomentsThatTheRateDoesNotFollow() {
        assertThat(Problems.of(ordinary().optimizer(new OptimizerSettings(ADAM, MomentScaling.SDE, DecayScaling.NONE))))
                .containsExactly("moment-scaling = sde (study.optimizer.moment-scaling): must go with"
                        + " learning-rate.scaling = sqrt, of which it is a part (Malladi et al. 2022), but that is"
                        + " linear; set it to sqrt, or use half-life");
    }

    @Test
    void saysThatTheSquareRootIsHalfOfAdamsRule() {
        Studies study = ordinary().rate(rate(ScalingRule.SQRT)).optimizer(ADAM);
        assertThat(study.batches(64).plan().notices()).isEmpty();
        assertThat(study.batches(64, 256).plan().notices())
                .containsExactly(
                        "scaling = sqrt scales only the rate of Adam for batch size 256; the rule of Malladi et"
                                + " al. (2022) scales its betas and epsilon, too (optimizer.moment-scaling = sde)");
    }

    @ParameterizedTest
    @CsvSource({"NONE, 1e-4", "LINEAR, 8e-4", "SQRT, 2.8284271247461904e-4", "TIMESCALE, 1e-4"})
    void scalesWeightDecay(DecayScaling scaling, double decay) {
        RunPlan run = ordinary()
                .batches(512)
                .optimizer(new OptimizerSettings(ADAMW, MomentScaling.NONE, scaling))
                .run();
        assertThat(run.optimizer().weightDecay()).isCloseTo(decay, within(1e-18));
    }

    /** Wang and Aitchison 2024: B/(η·λ·N) stays, also where a cap makes the rate less than the rule's. */
    @ParameterizedTest
    @CsvSource({"LINEAR, ", "SQRT, ", "NONE, ", "LINEAR, 0.3", "SQRT, 0.15"})
    void keepsTheTimescaleOfWeightDecay(ScalingRule rule, Double cap) {
        Studies study = ordinary()
                .batches(1, 8, 64, 512, 6000)
                .rate(Studies.rate(rule, cap, "0 steps", Studies.shape(Shape.CONSTANT)))
                .optimizer(new OptimizerSettings(ADAMW, MomentScaling.NONE, DecayScaling.TIMESCALE));
        assertThat(study.plan().runs()).allSatisfy(run -> assertThat(run.batchSize()
                        / (run.peakLearningRate() * run.optimizer().weightDecay()))
                .isCloseTo(64 / (0.1 * 1e-4), within(1e-5)));
    }

    /** Johnson et al. 2020, algorithm 1: the schedule is the base batch's, and an update is worth at most S of its updates. */
    @ParameterizedTest
    @CsvSource({"512, 8, 940", "64, 1, 940", "96, 1.5, 940", "8, 0.125, 7520", "6000, 93.75, 940"})
    void followsTheBaseBatchsScheduleWithAdaScale(long batch, double scale, long steps) {
        RunPlan run = adaScale(batch)
                .rate(Studies.rate(ScalingRule.ADASCALE, null, "0 steps", Studies.shape(Shape.STEP, "5 epochs")))
                .run();

        assertThat(run.pace()).isEqualTo(new Pace.AdaScale(scale, true, 940));
        assertThat(run.plannedSteps()).isEqualTo(steps);
        assertThat(run.peakLearningRate()).isEqualTo(0.1);
        assertThat(run.schedule()).isEqualTo(new LearningRateSchedule.StepDecay(0.1, List.of(470L), 0.1));
    }

    @Test
    void refusesWhatDeeplearning4jDoesNotHave() {
        OptimizerConfig weights = new OptimizerConfig(Name.NESTEROV, 0.9, 1e-4, 0.9, 0.999, 1e-8, 0.001, false, 1);
        OptimizerConfig lamb = new OptimizerConfig(Name.LAMB, 0, 0, 0.9, 0.999, 1e-8);
        RecipeConfig now = ordinary().recipe();
        RecipeConfig everything = new RecipeConfig(
                "all",
                Studies.settings(weights),
                rate(ScalingRule.LINEAR),
                new Regularization(0.1, 0),
                now.growth(),
                now.budget());
        Studies study = ordinary()
                .recipes(everything, named("lamb", ordinary().optimizer(lamb)))
                .modes(new SyncModeConfig.Dl4jParameterAveraging(Span.parse("8 steps")));
        String start =
                "dl4j-parameter-averaging (study.sync): must train with what Deeplearning4j has, but that has no ";
        String end = "; change it, or use another mode";
        assertThat(Problems.of(study))
                .containsExactly(
                        start + "weight decay on weights alone (recipe all: optimizer.weight-decay-on)" + end,
                        start + "clipping of the mean gradient (recipe all: optimizer.clip-norm)" + end,
                        start + "label smoothing (recipe all: regularization.label-smoothing)" + end,
                        start + "LAMB (recipe lamb: optimizer.name)" + end);
    }
}
