package io.batchscope.analysis;

import org.jspecify.annotations.Nullable;

/**
 * What to train with, for one purpose, out of what the study trained.
 *
 * @param choice null where the runs cannot decide
 * @param detail evidence and confidence in a sentence to act on; where the runs cannot decide, which would
 */
public record Recommendation(Purpose purpose, @Nullable Choice choice, String detail) {
    /** What for. */
    public enum Purpose {
        /** The target in the fewest seconds, without a loss of quality that the runs show. */
        OVERALL("", "in all"),
        /** The target in the fewest seconds. */
        FASTEST("_fastest", "fastest"),
        /** The target for the fewest worker-seconds. */
        CHEAPEST("_cheapest", "cheapest"),
        /** The best quality. */
        GENERALIZATION("_generalization", "best generalization"),
        /** The largest batch that costs neither quality nor many more examples. */
        LARGEST("_largest_free", "largest that costs nothing");

        private final String suffix;
        private final String words;

        Purpose(String suffix, String words) {
            this.suffix = suffix;
            this.words = words;
        }

        /** What comes behind {@code recommended_batch_size} in the names of its findings. */
        String suffix() {
            return suffix;
        }

        /** In a table. */
        public String words() {
            return words;
        }
    }

    /** How sure a choice is. */
    public enum Confidence {
        /** The runs show it to be better than everything else that was trained. */
        HIGH("high"),
        /** Others cannot be told from it. */
        MODERATE("moderate"),
        /** Single runs show nothing about what others would give. */
        LOW("low");

        private final String words;

        Confidence(String words) {
            this.words = words;
        }

        /** {@code moderate}. */
        public String words() {
            return words;
        }
    }

    /**
     * A batch size with everything that goes with it.
     *
     * @param variant recipe and mode
     * @param peakLearningRate the tuned one where rates were searched for
     * @param warmupSteps updates
     * @param workers of its runs
     */
    public record Choice(
            Variant variant,
            long batchSize,
            double peakLearningRate,
            long warmupSteps,
            int workers,
            Confidence confidence) {}
}
