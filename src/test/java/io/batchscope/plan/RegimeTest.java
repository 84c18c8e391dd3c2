package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.BudgetConfig.Equal;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.schedule.LearningRateSchedule.Constant;
import io.batchscope.schedule.LearningRateSchedule.Joined;
import io.batchscope.schedule.LearningRateSchedule.LinearWarmup;
import io.batchscope.schedule.LearningRateSchedule.StepDecay;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 6,000 examples; an epoch has 750 updates of 8, 94 of the base batch 64, and 12 of 512. */
class RegimeTest {
    static Studies equal(String length, Equal equal) {
        Target target = new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, false);
        return ordinary()
                .target(target)
                .budget(new BudgetConfig(Span.parse(length), Optional.ofNullable(equal), 0, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        // length, equal, updates at batch size 8, 64, 512
        "10 epochs, , 7500, 940, 120",
        "10 epochs, EPOCHS, 7500, 940, 120",
        "10 epochs, UPDATES, 940, 940, 940",
        "10 epochs, TARGET, 7500, 940, 940",
        // 500 updates of 64 are 5 epochs and 1,920 examples.
        "500 steps, , 500, 500, 500",
        "500 steps, EPOCHS, 3990, 500, 64",
        "500 steps, UPDATES, 500, 500, 500",
        "500 steps, TARGET, 3990, 500, 500",
        "12000 examples, , 1500, 188, 24",
        "12000 examples, EPOCHS, 1500, 188, 24",
        "12000 examples, UPDATES, 188, 188, 188",
        "12000 examples, TARGET, 1500, 188, 188"
    })
    void comparesBatchSizesAtEqualEpochsUpdatesOrTargets(
            String length, Equal equal, long small, long base, long large) {
        assertThat(equal(length, equal).batches(8, 64, 512).plan().runs())
                .extracting(RunPlan::plannedSteps)
                .containsExactly(small, base, large);
    }

    @Test
    void endsRunsAtTheirTargetWhereThatIsWhatIsEqual() {
        assertThat(equal("10 epochs", Equal.TARGET).run().target())
                .isEqualTo(new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, true));
        assertThat(equal("10 epochs", Equal.EPOCHS).run().target())
                .isEqualTo(new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, false));
    }

    /** Hoffer et al. 2017: as many updates, and the rate falls after as many updates, at every batch size. */
    @ParameterizedTest
    @CsvSource({"128", "512", "6000"})
    void stretchesEveryDurationWithEqualUpdates(long batch) {
        RunPlan run = equal("10 epochs", Equal.UPDATES)
                .batches(batch)
                .rate(Studies.rate(
                        ScalingRule.SQRT,
                        null,
                        "2 epochs",
                        Studies.shape(Shape.STEP, "50 %", "8 epochs", "51200 examples")))
                .evaluation("1 epochs", 1000, 10)
                .run();
        double peak = 0.1 * Math.sqrt(batch / 64.0);

        assertThat(run.plannedSteps()).isEqualTo(940);
        assertThat(run.schedule())
                .isEqualTo(new Joined(
                        new LinearWarmup(0.1, peak, 188),
                        188,
                        new StepDecay(peak, List.of(470L - 188, 752L - 188, 802L - 188), 0.1)));
        assertThat(run.evaluateEvery()).isEqualTo(94);
    }

    @Test
    void countsDurationsOfTheRunItselfWithEqualEpochs() {
        RunPlan run = equal("500 steps", Equal.EPOCHS)
                .batches(512)
                .rate(Studies.rate(ScalingRule.LINEAR, null, "25 %", Studies.shape(Shape.CONSTANT)))
                .evaluation("1 epochs", 1000, 10)
                .run();
        LearningRateSchedule expected = new Joined(new LinearWarmup(0.1, 0.8, 16), 16, new Constant(0.8));

        assertThat(run.schedule()).isEqualTo(expected);
        assertThat(run.evaluateEvery()).isEqualTo(12);
    }

    @Test
    void needsABaseBatchWithinTheDataToCountItsUpdates() {
        Studies study = equal("10 epochs", Equal.UPDATES).batches(8).trainFraction(0.01);
        assertThat(Problems.of(study))
                .containsExactly("base batch 64 (study.learning-rate.base-batch): must not exceed the 60 training"
                        + " examples used where budget.equal counts its updates; lower it");
    }

    @Test
    void saysWhereALeastNumberOfUpdatesIsUnequal() {
        Studies study = ordinary()
                .batches(64, 512)
                .budget(new BudgetConfig(Span.parse("10 epochs"), Optional.of(Equal.EPOCHS), 200, Optional.empty()));
        assertThat(study.plan().notices())
                .containsExactly("budget.min-updates = 200 lets batch size 512 see more examples than others, although"
                        + " budget.equal = epochs");
    }
}
