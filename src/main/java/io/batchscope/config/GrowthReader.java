package io.batchscope.config;

import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.GrowthConfig.By;
import java.util.List;
import java.util.OptionalLong;

/** Reads the {@code batch-growth} block of a study or of a recipe. */
final class GrowthReader {
    private enum Rate {
        KEEP,
        SCALE
    }

    private GrowthReader() {}

    static GrowthConfig read(Section growth) {
        By by = growth.choice("by", By.class);
        boolean scales = growth.has("rate") ? growth.choice("rate", Rate.class) == Rate.SCALE : by == By.NOISE;
        return new GrowthConfig(
                by,
                growth.spans("milestones"),
                growth.number("factor", Interval.above(1)),
                whole(growth, "min", 2),
                whole(growth, "max", 1),
                scales,
                growth.number("noise-factor", Interval.above(0)),
                growth.number("hysteresis", Interval.above(1)),
                growth.span("every", Interval.above(0)),
                growth.span("smoothing", Interval.above(0)));
    }

    private static OptionalLong whole(Section growth, String key, int least) {
        return growth.has(key) ? OptionalLong.of(growth.whole(key, least)) : OptionalLong.empty();
    }

    /** Refuses what is missing, or what a value of another key rules out. */
    static void require(Section growth, GrowthConfig config) {
        if (config.by() == By.PLAN && config.milestones().isEmpty()) {
            growth.refuse("milestones", "at least one duration for by = plan, such as [\"50 %\", \"75 %\"]");
        }
        if (config.by() == By.NOISE
                && config.least().isPresent()
                && config.most().isPresent()
                && config.least().getAsLong() > config.most().getAsLong()) {
            growth.refuse("max", "at least min, " + config.least().getAsLong());
        }
    }

    /** Refuses what this block sets although no use of it has an effect. */
    static void refuseIdle(Section growth, List<GrowthConfig> uses) {
        boolean plan = uses.stream().anyMatch(use -> use.by() == By.PLAN);
        boolean noise = uses.stream().anyMatch(use -> use.by() == By.NOISE);
        for (String key : List.of("milestones", "factor")) {
            growth.refuseUnless(plan, key, "by", "belongs to by = plan");
        }
        for (String key : List.of("min", "noise-factor", "hysteresis", "every", "smoothing")) {
            growth.refuseUnless(noise, key, "by", "belongs to by = noise");
        }
        for (String key : List.of("max", "rate")) {
            growth.refuseUnless(plan || noise, key, "by", "belongs to by = plan and noise");
        }
    }
}
