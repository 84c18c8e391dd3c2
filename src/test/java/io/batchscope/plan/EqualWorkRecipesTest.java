package io.batchscope.plan;

import static io.batchscope.plan.RecipesTest.ADAMW;
import static io.batchscope.plan.RecipesTest.adaScale;
import static io.batchscope.plan.RecipesTest.named;
import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.BudgetConfig.Equal;
import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.OptimizerSettings;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Recipes whose runs end when they have done as much as others: by AdaScale's gain, or at a target. */
class EqualWorkRecipesTest {
    private static Studies with(Studies study, Equal equal) {
        return study.budget(new BudgetConfig(Span.parse("10 epochs"), Optional.of(equal), 0, Optional.empty()));
    }

    /** At the base batch the gain is 1. */
    @Test
    void saysThatAdaScaleIsNothingNewAtTheBaseBatch() {
        Studies study = ordinary().batches(64).recipes(named("linear", ordinary()), named("adascale", adaScale(64)));
        assertThat(study.plan().notices())
                .containsExactly("recipes linear and adascale are the same at batch size 64; both run there");
    }

    /** Only one of them ends at the target, though both may last as long. */
    @Test
    void doesNotTakeARunThatEndsAtItsTargetForOneThatGoesOn() {
        Studies constant = ordinary().batches(64);
        Studies study = constant.target(new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, false))
                .recipes(
                        named("epochs", with(constant, Equal.EPOCHS)),
                        named("updates", with(constant, Equal.UPDATES)),
                        named("target", with(constant, Equal.TARGET)));
        assertThat(study.plan().notices())
                .containsExactly("recipes epochs and updates are the same at batch size 64; both run there");
        assertThat(study.plan().runs())
                .extracting(run -> run.recipe().name(), RunPlan::target)
                .contains(
                        tuple("epochs", new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, false)),
                        tuple("updates", new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, false)),
                        tuple("target", new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, true)));
    }

    /** Progress counts updates of the base batch, 940 in all, and so do distances between evaluations. */
    @Test
    void looksAtARunOfAdaScaleByItsProgress() {
        assertThat(adaScale(512).evaluation("1 epoch", 1000, 10).run().evaluateEvery())
                .isEqualTo(94);
        assertThat(adaScale(512).evaluation("5 %", 1000, 10).run().evaluateEvery())
                .isEqualTo(47);
    }

    /** An arrival is only seen at an evaluation, so what a run may last at most must not space them out. */
    @Test
    void looksAtARunForATargetAsOftenAsAtTheShorterOfBothComparisons() {
        Studies study = with(ordinary(), Equal.TARGET)
                .target(new Target(Target.Metric.VALIDATION_ACCURACY, 0.5, true))
                .evaluation("5 %", 1000, 10);
        // 120 updates of 512 in ten epochs, 940 of 64; 7,500 of 8.
        assertThat(study.batches(512).run().evaluateEvery()).isEqualTo(6);
        assertThat(study.batches(8).run().evaluateEvery()).isEqualTo(47);
    }

    @Test
    void keepsEpochsEqualWithAdaScaleWhereThatIsAskedFor() {
        StudyPlan plan = with(adaScale(512), Equal.EPOCHS).plan();
        assertThat(plan.runs().get(0).pace()).isEqualTo(new Pace.AdaScale(8, false, 120));
        assertThat(plan.runs().get(0).plannedSteps()).isEqualTo(120);
        assertThat(plan.notices())
                .containsExactly("AdaScale measures what the rate of batch size 512 is multiplied by, from 1 to batch"
                        + " size over base batch; rates are only known at run time");
    }

    @Test
    void saysWhatAdaScaleKnowsOnlyLater() {
        assertThat(adaScale(64).plan().notices()).isEmpty();
        assertThat(adaScale(512).plan().notices())
                .containsExactly(
                        "AdaScale measures what the rate of batch size 512 is multiplied by, and how many updates"
                                + " of the base batch each of its updates is worth; rates are only known at run time, and steps"
                                + " are the most there can be");
    }

    @Test
    void refusesWhatAdaScaleCannotDo() {
        GrowthConfig growth = new GrowthConfig(
                GrowthConfig.By.PLAN,
                List.of(Span.parse("50 %")),
                2,
                OptionalLong.empty(),
                OptionalLong.empty(),
                false,
                1,
                2,
                Span.parse("1 step"),
                Span.parse("1 step"));
        OptimizerSettings adam = new OptimizerSettings(ADAMW, MomentScaling.NONE, DecayScaling.TIMESCALE);
        assertThat(Problems.of(with(adaScale(1).optimizer(adam).growth(growth), Equal.UPDATES)))
                .containsExactly(
                        "scaling = adascale (study.learning-rate.scaling): must go with optimizer sgd or nesterov, but that"
                                + " is adamw; change optimizer.name, or use scaling = sqrt",
                        "scaling = adascale (study.learning-rate.scaling): must not go with budget.equal = updates, as it"
                                + " decides how many updates a run has; use null, epochs or target",
                        "scaling = adascale (study.learning-rate.scaling): must not go with a batch that grows, but"
                                + " batch-growth.by = plan; use one of them",
                        "scaling = adascale (study.learning-rate.scaling): must not go with weight-decay-scaling ="
                                + " timescale, as what the rate is multiplied by is not known before; use none, linear or"
                                + " sqrt",
                        "batch size 1 (study.batch-sizes): must be at least 2 with scaling = adascale"
                                + " (study.learning-rate.scaling), which measures how examples differ within a batch;"
                                + " remove it");
        assertThat(Problems.of(adaScale(8).trainFraction(0.01)))
                .containsExactly("base batch 64 (study.learning-rate.base-batch): must not exceed the 60 training"
                        + " examples used where scaling = adascale counts its updates; lower it");
    }

    @Test
    void refusesEqualTargetsWithoutATarget() {
        assertThat(Problems.of(with(ordinary(), Equal.TARGET)))
                .containsExactly("equal = target (study.budget.equal): needs a target, but study.target.value is not"
                        + " set; set it");
    }

    @Test
    void saysThatAScheduleMayNotHaveDecayedAtATarget() {
        Studies study =
                with(ordinary(), Equal.TARGET).target(new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, false));
        assertThat(study.plan().notices()).isEmpty();
        assertThat(study.rate(Studies.rate(ScalingRule.LINEAR, null, "0 steps", Studies.shape(Shape.COSINE)))
                        .plan()
                        .notices())
                .singleElement()
                .asString()
                .startsWith("budget.equal = target ends runs at their target, but the schedule decays over the longest")
                .endsWith("schedule = constant compares them alike");
    }

    @Test
    void refusesMeasuredNoiseWhereWorkersDoNotAgreeInEveryUpdate() {
        SyncModeConfig exact = new SyncModeConfig.Resolved(new Synchronization.Synchronous());
        SyncModeConfig averaging = new SyncModeConfig.ParameterAveraging(Span.parse("8 steps"), Span.parse("0 steps"));
        assertThat(Problems.of(adaScale(512).modes(exact, averaging)))
                .containsExactly("parameter-averaging (study.sync): must agree in every update to measure the noise of"
                        + " the gradient for scaling = adascale (study.learning-rate.scaling); use synchronous, or another"
                        + " recipe");
    }
}
