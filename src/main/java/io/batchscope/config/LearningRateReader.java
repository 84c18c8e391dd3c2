package io.batchscope.config;

import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.plan.RecipeConfig.WarmupConfig;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;

/** Reads the {@code study.learning-rate} block. */
final class LearningRateReader {
    private LearningRateReader() {}

    static LearningRateConfig read(Section rate) {
        LearningRateConfig config = new LearningRateConfig(
                rate.number("base", Interval.above(0)),
                rate.whole("base-batch", 1),
                rate.choice("scaling", ScalingRule.class),
                rate.optionalNumber("max", Interval.above(0)),
                new WarmupConfig(rate.span("warmup", Interval.atLeast(0)), WarmupConfig.Rise.LINEAR, Optional.empty()),
                schedule(rate));
        rate.notYet("search", "remove it, and set one base rate");
        rate.refuseUnknown();
        return config;
    }

    private static ScheduleConfig schedule(Section rate) {
        Shape shape = rate.choice("schedule", Shape.class);
        ScheduleConfig config = new ScheduleConfig(
                shape,
                rate.number("end-factor", new Interval(0, true, 1, true)),
                rate.number("power", Interval.above(0)),
                rate.spans("milestones"),
                rate.number("step-factor", new Interval(0, false, 1, true)),
                new Span(0, Span.Unit.STEPS),
                ScheduleConfig.DecayShape.LINEAR,
                List.of());
        if (shape == Shape.STEP && config.milestones().isEmpty()) {
            rate.refuse("milestones", "at least one duration for schedule = step, such as [\"50 %\", \"75 %\"]");
        }
        boolean smooth = shape == Shape.POLYNOMIAL || shape == Shape.COSINE;
        rate.refuseUnless(smooth, "end-factor", "schedule", "belongs to schedule = polynomial and cosine");
        rate.refuseUnless(shape == Shape.POLYNOMIAL, "power", "schedule", "belongs to schedule = polynomial");
        for (String key : new String[] {"milestones", "step-factor"}) {
            rate.refuseUnless(shape == Shape.STEP, key, "schedule", "belongs to schedule = step");
        }
        return config;
    }
}
