package io.batchscope.train;

import io.batchscope.plan.Synchronization.Threshold;
import org.apache.commons.math3.special.Erf;
import org.apache.commons.math3.util.FastMath;

/**
 * How the threshold τ of gradient sharing follows the sparsity s, the share of elements that were <em>not</em> sent: a pure
 * function of an update's two numbers, which are the same on all ranks.
 */
sealed interface ThresholdRule {
    /** Floats below are computed with many times slower. */
    double LEAST = Float.MIN_NORMAL;

    /** So that the sum over many ranks and an update's momentum stay finite. */
    double MOST = 1e30;

    /**
     * The next update's threshold before it is {@link #bounded}.
     *
     * @param threshold τ of the last update, above 0
     * @param sparsity what it was with that, in [0, 1]
     */
    double next(double threshold, double sparsity);

    /**
     * The first update's threshold. One that is far off would cost many updates: too high, nothing is sent, and too low, all
     * is, as next to nothing. So it is moved to where the first gradient's sparsity is what is wanted.
     *
     * @param initial that of the plan
     * @param gradients the first gradients of all ranks
     */
    default double first(double initial, MagnitudeHistogram gradients) {
        return initial;
    }

    /** The rule that a plan names. */
    static ThresholdRule of(Threshold threshold) {
        if (threshold instanceof Threshold.Adaptive adaptive) {
            return new WithinBounds(adaptive.leastSparsity(), adaptive.mostSparsity(), adaptive.factor());
        }
        if (threshold instanceof Threshold.TargetSparsity target) {
            return new NearTarget(target.sparsity(), target.factor());
        }
        return new Unchanged();
    }

    /** The threshold, or the nearest one that floats can be compared with; 0, where all is sent, stays 0. */
    static double bounded(double threshold) {
        if (Double.isNaN(threshold)) {
            throw new IllegalArgumentException("a threshold must be a number");
        }
        return threshold == 0 ? 0 : Math.min(Math.max(threshold, LEAST), MOST);
    }

    /** The same throughout. */
    record Unchanged() implements ThresholdRule {
        @Override
        public double next(double threshold, double sparsity) {
            return threshold;
        }
    }

    /**
     * Changed by a factor where the sparsity is out of bounds, as Deeplearning4j's AdaptiveThresholdAlgorithm does. That one
     * lives on every worker, sees what its worker sent, and is averaged over workers at the end of an epoch; here all
     * ranks see what all sent, after every update.
     *
     * @param least in [0, 1): below it τ rises
     * @param most in (0, 1], at least {@code least}: above it τ falls
     * @param factor above 1
     */
    record WithinBounds(double least, double most, double factor) implements ThresholdRule {
        @Override
        public double first(double initial, MagnitudeHistogram gradients) {
            return gradients.threshold(initial, least, most);
        }

        @Override
        public double next(double threshold, double sparsity) {
            return sparsity < least ? threshold * factor : sparsity > most ? threshold / factor : threshold;
        }
    }

    /**
     * Changed to where the sparsity would be the target if what is compared with τ were normally distributed around 0: with
     * z(s) = Φ⁻¹((1 + s)/2), which is τ in standard deviations,
     *
     * <pre>
     * τ ← τ · (z(target)/z(s))^¼
     * </pre>
     *
     * but by no more than the factor. Under other distributions, and where residuals remember what τ has been, a full step
     * would go too far. Going down is the delicate direction: below τ lie all residuals that grow towards it, and if τ falls by
     * a hundredth, about a hundredth of all elements is sent at once. So s counts as at most half way from the target to 1.
     *
     * @param target s to be come near to, in (0, 1)
     * @param factor of one change at most, above 1
     */
    record NearTarget(double target, double factor) implements ThresholdRule {
        private static final double GAIN = 0.25;

        @Override
        public double first(double initial, MagnitudeHistogram gradients) {
            return gradients.threshold(initial, target, target);
        }

        @Override
        public double next(double threshold, double sparsity) {
            // Φ⁻¹((1 + s)/2) = √2 erf⁻¹(s), which is 0 at s = 0.
            double counts = Math.min(sparsity, (1 + target) / 2);
            double change = FastMath.pow(Erf.erfInv(target) / Erf.erfInv(counts), GAIN);
            return threshold * Math.min(Math.max(change, 1 / factor), factor);
        }
    }
}
