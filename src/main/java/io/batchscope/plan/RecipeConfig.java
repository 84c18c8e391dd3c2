package io.batchscope.plan;

import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One recipe for training at any batch size, as a person asks for it. A study has one or compares several. The components
 * carry the names of the configuration keys, which {@code conf/defaults.conf} explains.
 *
 * @param name empty where the study has one recipe without a name
 */
public record RecipeConfig(
        String name,
        OptimizerSettings optimizer,
        LearningRateConfig learningRate,
        Regularization regularization,
        GrowthConfig growth,
        BudgetConfig budget) {

    /** Where a person finds one of its keys. */
    public String key(String key) {
        return name.isEmpty() ? "study." + key : "recipe " + name + ": " + key;
    }

    /**
     * The update rule at the base batch, and what of it follows the batch size.
     *
     * @param moments how Adam's constants do
     * @param decay how weight decay does
     */
    public record OptimizerSettings(OptimizerConfig base, MomentScaling moments, DecayScaling decay) {}

    /**
     * The learning rate and how it follows the batch size.
     *
     * @param base the rate that suits {@code baseBatch}
     * @param max cap on the scaled rate
     * @param searchFactors by which the scaled rate is multiplied, each in runs of its own, ascending; empty: no search
     */
    public record LearningRateConfig(
            double base,
            long baseBatch,
            ScalingRule scaling,
            Optional<Double> max,
            WarmupConfig warmup,
            ScheduleConfig schedule,
            List<Double> searchFactors) {
        public LearningRateConfig {
            searchFactors = List.copyOf(searchFactors);
        }

        /** What the scaled and capped rate is multiplied by, each in runs of its own; 1 alone without a search. */
        List<Double> factors() {
            return searchFactors.isEmpty() ? List.of(1.0) : searchFactors;
        }
    }

    /**
     * The way up to the scaled rate.
     *
     * @param length how long; 0: none
     * @param fromFactor the rate it begins with, as a share of the scaled one, in [0, 1]; empty: the base rate, and no
     *     warmup where the scaled rate is not above that
     */
    public record WarmupConfig(Span length, Rise rise, Optional<Double> fromFactor) {
        /** The shapes that exist. */
        public enum Rise {
            /** A constant increment per update. */
            LINEAR,
            /** The first rate until the end of warmup. */
            CONSTANT,
            /** A constant factor per update. */
            EXPONENTIAL
        }
    }

    /**
     * The shape of the rate after warmup. Lengths are of the run, milestones count from its start.
     *
     * @param endFactor the last rate as a share of the highest, in [0, 1]
     * @param milestones where the rate drops (step)
     * @param decay how long the final decay is (wsd)
     * @param decayShape its shape (wsd)
     * @param pieces one after the other (pieces)
     */
    public record ScheduleConfig(
            Shape shape,
            double endFactor,
            double power,
            List<Span> milestones,
            double stepFactor,
            Span decay,
            DecayShape decayShape,
            List<Piece> pieces) {
        /** The shapes that exist. */
        public enum Shape {
            CONSTANT,
            STEP,
            POLYNOMIAL,
            COSINE,
            /** Constant, then a decay: with warmup before it warmup–stable–decay. */
            WSD,
            /** Pieces of the user's own, joined. */
            PIECES
        }

        /** Shapes of a way from one rate to another. */
        public enum DecayShape {
            LINEAR,
            COSINE,
            /** A constant factor per update. */
            EXPONENTIAL,
            /** As 1 − √t. */
            ONE_MINUS_SQRT
        }

        /**
         * A part of a schedule.
         *
         * @param until where it ends, from the start of the run; empty: at the run's end, the last piece only
         * @param from first rate as a share of the scaled one, at least 0
         * @param to last rate likewise
         */
        public record Piece(Optional<Span> until, DecayShape shape, double from, double to) {}

        public ScheduleConfig {
            milestones = List.copyOf(milestones);
            pieces = List.copyOf(pieces);
        }
    }

    /**
     * Whether and how the batch grows during a run.
     *
     * @param milestones where it grows (plan), from the start of the run
     * @param factor by which it grows (plan)
     * @param least the smallest size (noise); empty: the first
     * @param most the largest size; empty: the whole training split
     * @param scalesRate whether the rate follows the batch by the scaling rule
     * @param noiseFactor the batch is to be so many times the noise scale (noise)
     * @param hysteresis above 1; see {@link Pace.ByNoise} (noise)
     * @param every the least distance between two changes (noise)
     * @param smoothing over how long the noise scale is averaged (noise)
     */
    public record GrowthConfig(
            By by,
            List<Span> milestones,
            double factor,
            OptionalLong least,
            OptionalLong most,
            boolean scalesRate,
            double noiseFactor,
            double hysteresis,
            Span every,
            Span smoothing) {
        /** What makes the batch grow. */
        public enum By {
            NONE,
            PLAN,
            NOISE
        }

        public GrowthConfig {
            milestones = List.copyOf(milestones);
        }
    }

    /**
     * How long a run lasts.
     *
     * @param length exactly one of epochs, steps, examples
     * @param equal what all batch sizes have equally; empty: what {@code length} is counted in
     * @param minUpdates at least so many updates, whatever the batch size
     * @param seconds safety stop on training time
     */
    public record BudgetConfig(Span length, Optional<Equal> equal, long minUpdates, Optional<Double> seconds) {
        /** The three ways to compare batch sizes. */
        public enum Equal {
            /** Examples seen: {@code length} epochs of any batch size, or those that the base batch has in it. */
            EPOCHS,
            /** Updates: those that the base batch has in {@code length} (Hoffer et al. 2017, regime adaptation). */
            UPDATES,
            /** Where they arrive: a run ends at its target, at the latest after the longer of the two above. */
            TARGET
        }
    }
}
