package io.batchscope.config;

import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.DecayShape;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.plan.RecipeConfig.WarmupConfig;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the {@code learning-rate} block of a study or of a recipe. */
final class LearningRateReader {
    private static final Set<Shape> WITH_END = Set.of(Shape.POLYNOMIAL, Shape.COSINE, Shape.WSD);

    private enum Warmup {
        LINEAR,
        EXPONENTIAL,
        CONSTANT,
        NONE
    }

    private LearningRateReader() {}

    static LearningRateConfig read(Section rate) {
        LearningRateConfig config = new LearningRateConfig(
                rate.number("base", Interval.above(0)),
                rate.whole("base-batch", 1),
                rate.choice("scaling", ScalingRule.class),
                rate.optionalNumber("max", Interval.above(0)),
                warmup(rate),
                new ScheduleConfig(
                        rate.choice("schedule", Shape.class),
                        rate.number("end-factor", new Interval(0, true, 1, true)),
                        rate.number("power", Interval.above(0)),
                        rate.spans("milestones"),
                        rate.number("step-factor", new Interval(0, false, 1, true)),
                        rate.span("decay", Interval.above(0)),
                        rate.choice("decay-shape", DecayShape.class),
                        PiecesReader.read(rate)),
                search(rate.section("search")));
        return config;
    }

    private static List<Double> search(Section search) {
        List<Double> factors = search.distinctOrNone("factors", factor -> factor.number(Interval.above(0)));
        search.refuseUnknown();
        return factors.stream().sorted().toList();
    }

    private static WarmupConfig warmup(Section rate) {
        Span length = rate.span("warmup", Interval.atLeast(0));
        Optional<Double> from = rate.optionalNumber("warmup-from", new Interval(0, true, 1, true));
        Span none = new Span(0, Span.Unit.STEPS);
        return switch (rate.choice("warmup-shape", Warmup.class)) {
            case NONE -> new WarmupConfig(none, WarmupConfig.Rise.LINEAR, Optional.empty());
            case LINEAR -> new WarmupConfig(length, WarmupConfig.Rise.LINEAR, from);
            case CONSTANT -> new WarmupConfig(length, WarmupConfig.Rise.CONSTANT, from);
            case EXPONENTIAL -> new WarmupConfig(length, WarmupConfig.Rise.EXPONENTIAL, from);
        };
    }

    /** Refuses what is missing, or what a value of another key rules out. */
    static void require(Section rate, LearningRateConfig config) {
        ScheduleConfig schedule = config.schedule();
        if (schedule.shape() == Shape.STEP && schedule.milestones().isEmpty()) {
            rate.refuse("milestones", "at least one duration for schedule = step, such as [\"50 %\", \"75 %\"]");
        }
        boolean exponential = schedule.decayShape() == DecayShape.EXPONENTIAL;
        if (schedule.shape() == Shape.WSD && exponential && schedule.endFactor() == 0) {
            rate.refuse("end-factor", "above 0 for decay-shape = exponential, which never gets to 0");
        }
        boolean fromNothing = config.warmup().fromFactor().equals(Optional.of(0.0));
        if (config.warmup().rise() == WarmupConfig.Rise.EXPONENTIAL && fromNothing) {
            rate.refuse("warmup-from", "above 0 for warmup-shape = exponential, which never leaves 0");
        }
        if (schedule.shape() == Shape.PIECES && schedule.pieces().isEmpty()) {
            rate.refuse("pieces", "at least one piece for schedule = pieces");
        }
    }

    /** Refuses what this block sets although no use of it has an effect. */
    static void refuseIdle(Section rate, List<LearningRateConfig> uses) {
        List<ScheduleConfig> schedules =
                uses.stream().map(LearningRateConfig::schedule).toList();
        String selector = "schedule";
        rate.refuseUnless(
                schedules.stream().anyMatch(use -> WITH_END.contains(use.shape())),
                "end-factor",
                selector,
                "belongs to schedule = polynomial, cosine and wsd");
        rate.refuseUnless(has(schedules, Shape.POLYNOMIAL), "power", selector, "belongs to schedule = polynomial");
        for (String key : List.of("milestones", "step-factor")) {
            rate.refuseUnless(has(schedules, Shape.STEP), key, selector, "belongs to schedule = step");
        }
        for (String key : List.of("decay", "decay-shape")) {
            rate.refuseUnless(has(schedules, Shape.WSD), key, selector, "belongs to schedule = wsd");
        }
        rate.refuseUnless(has(schedules, Shape.PIECES), "pieces", selector, "belongs to schedule = pieces");
        boolean warmed = schedules.stream().anyMatch(use -> use.shape() != Shape.PIECES);
        for (String key : List.of("warmup", "warmup-shape", "warmup-from")) {
            rate.refuseUnless(warmed, key, selector, "with schedule = pieces the first piece is the way up");
        }
        boolean rises = uses.stream().anyMatch(use -> use.warmup().length().value() > 0);
        rate.refuseUnless(rises, "warmup", "warmup-shape", "there is none with warmup-shape = none");
        rate.refuseUnless(rises, "warmup-from", "warmup-shape", "there is no warmup");
        rate.refuseUnless(
                uses.stream().anyMatch(use -> use.scaling() != ScalingRule.ADASCALE),
                "max",
                "scaling",
                "scaling = adascale measures what the rate is multiplied by");
    }

    private static boolean has(List<ScheduleConfig> schedules, Shape shape) {
        return schedules.stream().anyMatch(use -> use.shape() == shape);
    }
}
