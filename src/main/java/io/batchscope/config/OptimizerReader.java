package io.batchscope.config;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.OptimizerConfig.Name;
import io.batchscope.plan.RecipeConfig.OptimizerSettings;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
import java.util.List;

/** Reads the {@code optimizer} block of a study or of a recipe. */
final class OptimizerReader {
    private static final Interval SHARE = new Interval(0, true, 1, false);

    private enum DecaysOn {
        ALL,
        WEIGHTS
    }

    private OptimizerReader() {}

    /** What an optimizer does not have is as if nobody had asked for it, so that equal runs have equal names. */
    static OptimizerSettings read(Section optimizer) {
        Name name = optimizer.choice("name", Name.class);
        double weightDecay = optimizer.number("weight-decay", Interval.atLeast(0));
        DecayScaling decay = optimizer.choice("weight-decay-scaling", DecayScaling.class);
        MomentScaling moments = optimizer.choice("moment-scaling", MomentScaling.class);
        double beta1 = optimizer.number("beta1", SHARE);
        double beta2 = optimizer.number("beta2", SHARE);
        double epsilon = optimizer.number("epsilon", Interval.above(0));
        double trust = optimizer.number("trust-coefficient", Interval.above(0));
        boolean hasMoments = name.hasMoments();
        OptimizerConfig usual = new OptimizerConfig(name, momentum(optimizer, name), weightDecay, 0.9, 0.999, 1e-8);
        OptimizerConfig config = new OptimizerConfig(
                name,
                usual.momentum(),
                weightDecay,
                hasMoments ? beta1 : usual.beta1(),
                hasMoments ? beta2 : usual.beta2(),
                hasMoments ? epsilon : usual.epsilon(),
                name == Name.LARS ? trust : usual.trustCoefficient(),
                decaysAll(optimizer, usual),
                optimizer.optionalNumber("clip-norm", Interval.above(0)).orElse(Double.POSITIVE_INFINITY));
        return new OptimizerSettings(
                config, hasMoments ? moments : MomentScaling.NONE, weightDecay > 0 ? decay : DecayScaling.NONE);
    }

    private static double momentum(Section optimizer, Name name) {
        double usual = name == Name.NESTEROV || name == Name.LARS ? 0.9 : 0;
        return optimizer
                .optionalNumber("momentum", SHARE)
                .filter(m -> !name.hasMoments())
                .orElse(usual);
    }

    private static boolean decaysAll(Section optimizer, OptimizerConfig usual) {
        if (!optimizer.has("weight-decay-on")) {
            return usual.decaysAll();
        }
        DecaysOn on = optimizer.choice("weight-decay-on", DecaysOn.class);
        return isDecayed(usual) ? on == DecaysOn.ALL : usual.decaysAll();
    }

    /** Whether it matters which parameters weight decay is on. */
    private static boolean isDecayed(OptimizerConfig optimizer) {
        return optimizer.weightDecay() > 0 || optimizer.name().isLayerWise();
    }

    /** Refuses what this block sets although no use of it has an effect. */
    static void refuseIdle(Section optimizer, List<OptimizerSettings> uses) {
        List<OptimizerConfig> all = uses.stream().map(OptimizerSettings::base).toList();
        boolean moments = all.stream().anyMatch(use -> use.name().hasMoments());
        boolean lars = all.stream().anyMatch(use -> use.name() == Name.LARS);
        String selector = "name";
        optimizer.refuseUnless(
                all.stream().anyMatch(use -> !use.name().hasMoments()),
                "momentum",
                selector,
                "belongs to sgd, nesterov and lars; adam, adamw and lamb have beta1");
        for (String key : List.of("beta1", "beta2", "epsilon", "moment-scaling")) {
            optimizer.refuseUnless(moments, key, selector, "belongs to adam, adamw and lamb");
        }
        optimizer.refuseUnless(lars, "trust-coefficient", selector, "belongs to lars");
        String none = "nothing decays with weight-decay = 0";
        boolean decays = all.stream().anyMatch(use -> use.weightDecay() > 0);
        optimizer.refuseUnless(decays, "weight-decay-scaling", "weight-decay", none);
        optimizer.refuseUnless(
                all.stream().anyMatch(OptimizerReader::isDecayed), "weight-decay-on", "weight-decay", none);
    }
}
