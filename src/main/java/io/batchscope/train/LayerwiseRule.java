package io.batchscope.train;

/**
 * A rule that gives each tensor (layer, in its paper's words) a rate of its own, by norms that it takes in double
 * precision and in the order of the parameters. So ranks with the same gradient find the same rate.
 */
public sealed interface LayerwiseRule extends UpdateRule {
    @Override
    double layerRate(
            float[] parameters,
            float[] meanGradient,
            float[][] state,
            double learningRate,
            long update,
            int from,
            int to);

    /** ‖values‖² over {@code from … to − 1}. */
    static double squaredNorm(float[] values, int from, int to) {
        // Four sums, as one addition need not wait for the other then.
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = from;
        for (; i < to - 3; i += 4) {
            sum0 += (double) values[i] * values[i];
            sum1 += (double) values[i + 1] * values[i + 1];
            sum2 += (double) values[i + 2] * values[i + 2];
            sum3 += (double) values[i + 3] * values[i + 3];
        }
        for (; i < to; i++) {
            sum0 += (double) values[i] * values[i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    /**
     * Layer-wise adaptive rate scaling (You et al. 2017, algorithm 1), κ the trust coefficient, norms over the tensor:
     *
     * <pre>
     * η' = η · κ·‖w‖ / (‖g‖ + λ·‖w‖), and η where ‖w‖ or ‖g‖ is 0
     * v ← m·v + η'·(g + λ·w)
     * w ← w − v
     * </pre>
     *
     * Momentum has the rate in it, as it must: each update has its own.
     *
     * @param momentum m, in [0, 1)
     * @param weightDecay λ, at least 0
     * @param trustCoefficient κ, above 0
     */
    record Lars(double momentum, double weightDecay, double trustCoefficient) implements LayerwiseRule {
        @Override
        public int stateVectors() {
            return 1;
        }

        @Override
        public double layerRate(
                float[] parameters,
                float[] meanGradient,
                float[][] state,
                double learningRate,
                long update,
                int from,
                int to) {
            double w = Math.sqrt(squaredNorm(parameters, from, to));
            double g = Math.sqrt(squaredNorm(meanGradient, from, to));
            return w == 0 || g == 0 ? learningRate : learningRate * trustCoefficient * w / (g + weightDecay * w);
        }

        @Override
        public void update(
                float[] parameters,
                float[] meanGradient,
                float[][] state,
                double learningRate,
                long update,
                int from,
                int to) {
            moveByVelocity(this, (float) learningRate, parameters, meanGradient, state[0], from, to);
        }
    }

    /**
     * What is left of {@link Lars} on tensors without decay and without a rate of their own: v ← m·v + η·g, w ← w − v. It
     * differs from {@link UpdateRule.Sgd} where η changes.
     *
     * @param momentum m, in [0, 1)
     */
    record PlainLars(double momentum) implements UpdateRule {
        @Override
        public int stateVectors() {
            return 1;
        }

        @Override
        public void update(
                float[] parameters,
                float[] meanGradient,
                float[][] state,
                double learningRate,
                long update,
                int from,
                int to) {
            Lars lars = new Lars(momentum, 0, 1);
            moveByVelocity(lars, (float) learningRate, parameters, meanGradient, state[0], from, to);
        }
    }

    private static void moveByVelocity(
            Lars rule, float rate, float[] parameters, float[] meanGradient, float[] v, int from, int to) {
        float m = (float) rule.momentum();
        float decay = (float) rule.weightDecay();
        for (int i = from; i < to; i++) {
            float next = (m * v[i] + rate * (meanGradient[i] + decay * parameters[i]) + TINY) - TINY;
            v[i] = next;
            parameters[i] -= next;
        }
    }

    /**
     * Layer-wise adaptive moments (You et al. 2019, algorithm 2, with φ(x) = x); t counts updates from 1, norms over the
     * tensor:
     *
     * <pre>
     * a ← β₁·a + (1 − β₁)·g
     * b ← β₂·b + (1 − β₂)·g²
     * r = a/(1 − β₁ᵗ) / (√(b/(1 − β₂ᵗ)) + ε) + λ·w
     * w ← w − η · ‖w‖/‖r‖ · r, and η·r where ‖w‖ or ‖r‖ is 0
     * </pre>
     *
     * Without the ratio of norms this is {@link UpdateRule.AdamW}.
     *
     * @param beta1 β₁, in [0, 1)
     * @param beta2 β₂, in [0, 1)
     * @param epsilon ε, above 0
     * @param weightDecay λ, at least 0
     */
    record Lamb(double beta1, double beta2, double epsilon, double weightDecay) implements LayerwiseRule {
        @Override
        public int stateVectors() {
            return 2;
        }

        /** Advances the moments. */
        @Override
        public double layerRate(
                float[] parameters,
                float[] meanGradient,
                float[][] state,
                double learningRate,
                long update,
                int from,
                int to) {
            float keep1 = (float) beta1;
            float keep2 = (float) beta2;
            float new1 = (float) (1 - beta1);
            float new2 = (float) (1 - beta2);
            Direction direction = direction(update);
            float[] first = state[0];
            float[] second = state[1];
            double squares = 0;
            for (int i = from; i < to; i++) {
                float g = meanGradient[i];
                float a = (keep1 * first[i] + new1 * g + TINY) - TINY;
                float b = (keep2 * second[i] + new2 * (g * g) + TINY_SQUARE) - TINY_SQUARE;
                first[i] = a;
                second[i] = b;
                double r = direction.of(a, b, parameters[i]);
                squares += r * r;
            }
            double w = Math.sqrt(squaredNorm(parameters, from, to));
            return w == 0 || squares == 0 ? learningRate : learningRate * w / Math.sqrt(squares);
        }

        /** Follows the moments that {@link #layerRate} has advanced. */
        @Override
        public void update(
                float[] parameters,
                float[] meanGradient,
                float[][] state,
                double learningRate,
                long update,
                int from,
                int to) {
            Direction direction = direction(update);
            float rate = (float) learningRate;
            float[] first = state[0];
            float[] second = state[1];
            for (int i = from; i < to; i++) {
                parameters[i] -= rate * direction.of(first[i], second[i], parameters[i]);
            }
        }

        private Direction direction(long update) {
            return new Direction(
                    (float) (1 / (1 - Math.pow(beta1, update + 1))),
                    (float) (1 / Math.sqrt(1 - Math.pow(beta2, update + 1))),
                    (float) epsilon,
                    (float) weightDecay);
        }

        /** r as a function of a, b and w. */
        private record Direction(float unbias1, float unbias2, float epsilon, float decay) {
            float of(float a, float b, float w) {
                return unbias1 * a / ((float) Math.sqrt(b) * unbias2 + epsilon) + decay * w;
            }
        }
    }
}
