package io.batchscope.config;

import io.batchscope.plan.Synchronization.Threshold;
import java.util.List;

/** Reads the settings of gradient sharing, which are the same for this program's and for Deeplearning4j's. */
final class SharingReader {
    private enum Kind {
        ADAPTIVE,
        FIXED,
        TARGET_SPARSITY
    }

    private SharingReader() {}

    /** The settings; the components are those of {@link io.batchscope.plan.Synchronization.GradientSharing}. */
    record Sharing(Threshold threshold, double residualClip, long clipEverySteps) {}

    /** @param exactly whether it is ours, which takes a fixed threshold of 0, too, which sends everything */
    static Sharing read(Section sharing, boolean exactly) {
        Kind kind = sharing.choice("threshold", Kind.class);
        Interval positive = exactly && kind == Kind.FIXED ? Interval.atLeast(0) : Interval.above(0);
        double initial = sharing.number("initial-threshold", positive);
        double least = sharing.number("least-sparsity", new Interval(0, true, 1, false));
        // Deeplearning4j takes less: something must be sent, less than a sixteenth, and changes at most double.
        double most = sharing.number("most-sparsity", new Interval(0, false, 1, exactly));
        double sparsity = sharing.number("sparsity", new Interval(exactly ? 0 : 0.9375, false, 1, false));
        double factor = sharing.number("factor", exactly ? Interval.above(1) : new Interval(1, false, 2, true));
        if (kind == Kind.ADAPTIVE && most < least) {
            sharing.refuse("most-sparsity", "at least least-sparsity, " + least);
        }
        Threshold threshold =
                switch (kind) {
                    case ADAPTIVE -> new Threshold.Adaptive(initial, least, most, factor);
                    case FIXED -> new Threshold.Fixed(initial);
                    case TARGET_SPARSITY -> new Threshold.TargetSparsity(initial, sparsity, factor);
                };
        return new Sharing(
                threshold,
                sharing.optionalNumber("residual-clip", Interval.atLeast(1)).orElse(Double.POSITIVE_INFINITY),
                sharing.whole("clip-every", 1));
    }

    /** Refuses what this block sets although no use of it has an effect. */
    static void refuseIdle(Section sharing, List<Sharing> uses) {
        boolean adaptive = uses.stream().anyMatch(use -> use.threshold() instanceof Threshold.Adaptive);
        boolean target = uses.stream().anyMatch(use -> use.threshold() instanceof Threshold.TargetSparsity);
        boolean clipped = uses.stream().anyMatch(use -> Double.isFinite(use.residualClip()));
        String selector = "threshold";
        for (String key : List.of("least-sparsity", "most-sparsity")) {
            sharing.refuseUnless(adaptive, key, selector, "belongs to threshold = adaptive");
        }
        sharing.refuseUnless(target, "sparsity", selector, "belongs to threshold = target-sparsity");
        sharing.refuseUnless(
                adaptive || target, "factor", selector, "belongs to threshold = adaptive and target-sparsity");
        sharing.refuseUnless(clipped, "clip-every", "residual-clip", "nothing is cut with residual-clip = null");
    }
}
