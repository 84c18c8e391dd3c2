package io.batchscope.plan;

import java.io.Serializable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the workers of a run agree on parameters, with every number resolved. In all modes the run's batch size B is the
 * examples that its k workers take together in one update, so equal updates are equal examples seen, in the same order, at
 * the same rates. What that is as an <em>effective</em> batch size differs, and takes two numbers:
 *
 * <ul>
 *   <li>{@link #updateBatch}: the examples whose mean gradient one optimizer update follows, which sets the gradient's noise;
 *   <li>{@link #syncExamples}: the examples that all workers see from one agreement to the next.
 * </ul>
 */
public sealed interface Synchronization extends Serializable {
    /** Which mode it is. */
    SyncMode mode();

    /** Updates from one agreement to the next, at least 1. */
    long everySteps();

    /**
     * Whether all workers hold the same parameters after update {@code step} (from 0). After the last one they always do.
     *
     * @param plannedSteps updates of the run
     */
    default boolean agreesAfter(long step, long plannedSteps) {
        return (step + 1) % everySteps() == 0 || step == plannedSteps - 1;
    }

    /** Whether the result does not depend, but for rounding, on how many workers share a batch. */
    default boolean exact() {
        return false;
    }

    /**
     * Examples whose mean gradient one optimizer update follows.
     *
     * @param batchSize B
     * @param workers k
     */
    long updateBatch(long batchSize, int workers);

    /** Examples that all workers see from one agreement to the next; null where there are no rounds. */
    default @Nullable Long syncExamples(long batchSize) {
        return everySteps() * batchSize;
    }

    /** The mode's settings in a few words, all of them: two modes with the same words are the same. Empty where it has none. */
    String settings();

    /** Mode and settings in a few words. */
    default String describe() {
        return settings().isEmpty() ? mode().label() : mode().label() + ", " + settings();
    }

    /** A worker's share of a batch, rounded up. */
    private static long share(long batchSize, int workers) {
        return (batchSize + workers - 1) / workers;
    }

    private static String clip(double residualClip, long everySteps) {
        return Double.isInfinite(residualClip)
                ? ""
                : ", clip " + Threshold.number(residualClip) + " every " + everySteps;
    }

    private static String every(long steps) {
        return steps == 1 ? "every step" : "every " + steps + " steps";
    }

    /** Exact: every update follows the gradient of the whole batch. The effective batch size is B in both senses. */
    record Synchronous() implements Synchronization {
        @Override
        public SyncMode mode() {
            return SyncMode.SYNCHRONOUS;
        }

        @Override
        public long everySteps() {
            return 1;
        }

        @Override
        public boolean exact() {
            return true;
        }

        @Override
        public long updateBatch(long batchSize, int workers) {
            return batchSize;
        }

        @Override
        public String settings() {
            return "";
        }
    }

    /**
     * Parameter averaging, or local SGD: each worker does H updates of its own with its shares of H batches, then
     * parameters and optimizer state become their mean, weighted by the examples seen. The gradient of a local update is
     * that of B/k examples, with k times the noise of the exact mode's; averaging takes the noise out again, once in H·B
     * examples. With {@code afterSteps} above 0 the run begins exactly and goes over to local updates there (post-local SGD,
     * Lin et al. 2018, section 3).
     *
     * @param everySteps H, at least 1
     * @param afterSteps updates before the first local one, at least 0
     */
    record ParameterAveraging(long everySteps, long afterSteps) implements Synchronization {
        @Override
        public SyncMode mode() {
            return SyncMode.PARAMETER_AVERAGING;
        }

        @Override
        public boolean agreesAfter(long step, long plannedSteps) {
            return step < afterSteps || (step + 1 - afterSteps) % everySteps == 0 || step == plannedSteps - 1;
        }

        /**
         * The most updates from one agreement to the next, at least 1.
         *
         * @param plannedSteps updates of the run
         */
        public long longestRound(long plannedSteps) {
            return Math.max(1, Math.min(everySteps, plannedSteps - afterSteps));
        }

        @Override
        public long updateBatch(long batchSize, int workers) {
            return share(batchSize, workers);
        }

        @Override
        public String settings() {
            return every(everySteps) + (afterSteps == 0 ? "" : " after step " + afterSteps);
        }
    }

    /**
     * Threshold-encoded gradient sharing (Strom 2015) in synchronous rounds: each worker adds its part of the mean gradient
     * to a residual of its own, and of that sends ±threshold for each element beyond the threshold. All follow the sum of
     * what was sent. An update so follows B examples' gradient, thinned out, and some of it late. A threshold that changes is
     * moved before the first update to where the first gradient's sparsity is what is wanted.
     *
     * @param threshold how the threshold is found
     * @param residualClip residuals are cut to this multiple of the threshold; infinite: never
     * @param clipEverySteps updates between two such cuts, at least 1
     */
    record GradientSharing(Threshold threshold, double residualClip, long clipEverySteps) implements Synchronization {
        @Override
        public SyncMode mode() {
            return SyncMode.GRADIENT_SHARING;
        }

        @Override
        public long everySteps() {
            return 1;
        }

        @Override
        public long updateBatch(long batchSize, int workers) {
            return batchSize;
        }

        @Override
        public String settings() {
            return threshold.describe() + clip(residualClip, clipEverySteps);
        }
    }

    /**
     * Deeplearning4j's ParameterAveragingTrainingMaster: as {@link ParameterAveraging}, but through Spark's driver and with
     * the same weight for every worker.
     *
     * @param everySteps H, its averaging frequency, at least 1
     */
    record Dl4jParameterAveraging(long everySteps) implements Synchronization {
        @Override
        public SyncMode mode() {
            return SyncMode.DL4J_PARAMETER_AVERAGING;
        }

        @Override
        public long updateBatch(long batchSize, int workers) {
            return share(batchSize, workers);
        }

        @Override
        public String settings() {
            return every(everySteps);
        }
    }

    /**
     * Deeplearning4j's SharedTrainingMaster: threshold-encoded updates, sent and applied without waiting for anybody. It has
     * no rounds, so batches of all workers together don't exist: a worker follows its own B/k examples and whatever updates
     * of the others have come in.
     *
     * @param threshold how the threshold is found
     * @param residualClip residuals are cut to this multiple of the threshold; infinite: never
     * @param clipEverySteps updates between two such cuts, at least 1
     */
    record Dl4jGradientSharing(Threshold threshold, double residualClip, long clipEverySteps)
            implements Synchronization {
        @Override
        public SyncMode mode() {
            return SyncMode.DL4J_GRADIENT_SHARING;
        }

        @Override
        public long everySteps() {
            return 1;
        }

        @Override
        public long updateBatch(long batchSize, int workers) {
            return share(batchSize, workers);
        }

        @Override
        public @Nullable Long syncExamples(long batchSize) {
            return null;
        }

        @Override
        public String settings() {
            return threshold.describe() + clip(residualClip, clipEverySteps);
        }
    }

    /**
     * How the threshold of gradient sharing is found. Thresholds are in the unit of what is encoded: here a worker's part of
     * the mean gradient (its share's sum over B), in Deeplearning4j an update of the parameters. Sparsity is the share of
     * elements that are <em>not</em> sent.
     */
    sealed interface Threshold extends Serializable {
        /** The first update's threshold, at least 0. */
        double initial();

        /** In a few words. */
        String describe();

        /**
         * The same threshold throughout.
         *
         * @param initial at least 0; at 0 everything is sent as it is, which is the exact mode
         */
        record Fixed(double initial) implements Threshold {
            @Override
            public String describe() {
                return "threshold " + number(initial);
            }
        }

        /**
         * Changed so that the sparsity stays within bounds.
         *
         * @param initial above 0
         * @param leastSparsity in [0, 1): below it, the threshold rises
         * @param mostSparsity in (0, 1], at least the least: above it, the threshold falls
         * @param factor of one change, above 1
         */
        record Adaptive(double initial, double leastSparsity, double mostSparsity, double factor) implements Threshold {
            @Override
            public String describe() {
                return "adaptive threshold, sparsity " + number(leastSparsity) + " to " + number(mostSparsity)
                        + ", from " + number(initial) + " by " + number(factor);
            }
        }

        /**
         * Changed so that the sparsity comes close to one value.
         *
         * @param initial above 0
         * @param sparsity in (0, 1)
         * @param factor of one change at most, above 1
         */
        record TargetSparsity(double initial, double sparsity, double factor) implements Threshold {
            @Override
            public String describe() {
                return "target sparsity " + number(sparsity) + ", from " + number(initial) + " by " + number(factor);
            }
        }

        private static String number(double value) {
            String text = String.format(Locale.ROOT, "%.6g", value);
            return new java.math.BigDecimal(text)
                    .stripTrailingZeros()
                    .toString()
                    .replace("E-", "e-");
        }
    }
}
