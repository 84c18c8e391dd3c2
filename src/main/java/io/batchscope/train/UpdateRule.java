package io.batchscope.train;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.train.ParameterTensor.Kind;

/**
 * Turns a mean gradient into new parameters: pure functions on flat arrays, alike on every rank. Written below: w
 * parameters, g mean gradient of the global batch's loss, λ weight decay, η the update's learning rate, m momentum.
 * Weight decay is added after the mean is taken, so it does not change with the loss's scale (Goyal et al. 2017,
 * section 3, remark 1).
 */
public sealed interface UpdateRule
        permits UpdateRule.Sgd,
                UpdateRule.Nesterov,
                UpdateRule.Adam,
                UpdateRule.AdamW,
                LayerwiseRule,
                LayerwiseRule.PlainLars {
    /**
     * Added to a momentum and taken off again, which rounds it to multiples of about 10⁻²⁷ and leaves what is above 10⁻¹³
     * as it is. Where the gradient is gone for good, as behind a dead rectifier, momentum would otherwise shrink to the
     * smallest floats and stay there (0.9 of the least one rounds to itself), and processors compute with such
     * (subnormal) numbers many times slower than with others.
     */
    float TINY = 1e-20f;

    /** The same for second moments, which are squares. */
    float TINY_SQUARE = 1e-30f;

    /** How many state vectors of the parameters' length the rule keeps; all start as zeros. */
    int stateVectors();

    /**
     * The rate of one tensor, the parameters {@code from … to − 1}, in an update; asked once, before the tensor's {@link
     * #update update}. Unless the rule is a {@linkplain LayerwiseRule layer-wise} one that is the rate of all.
     *
     * @param parameters w, {@code float[parameterCount]}; not changed
     * @param meanGradient g, as long or longer; not changed
     * @param state {@link #stateVectors} vectors, as long; may be changed in the tensor's places
     * @param learningRate η of this update
     * @param update number of this update, from 0
     */
    default double layerRate(
            float[] parameters,
            float[] meanGradient,
            float[][] state,
            double learningRate,
            long update,
            int from,
            int to) {
        return learningRate;
    }

    /**
     * Does one update of the parameters {@code from … to − 1}, a tensor's or some of them, in place. Given the rate, they do
     * not depend on each other, so any division into ranges gives the same bits.
     *
     * @param parameters w, {@code float[parameterCount]}; changed
     * @param meanGradient g, as long or longer; not changed
     * @param state {@link #stateVectors} vectors, as long; changed
     * @param learningRate what {@link #layerRate} says of the tensor
     * @param update number of this update, from 0
     */
    void update(
            float[] parameters,
            float[] meanGradient,
            float[][] state,
            double learningRate,
            long update,
            int from,
            int to);

    /** Does one update of all parameters in place, as of one tensor. */
    default void update(float[] parameters, float[] meanGradient, float[][] state, double learningRate, long update) {
        double rate = layerRate(parameters, meanGradient, state, learningRate, update, 0, parameters.length);
        update(parameters, meanGradient, state, rate, update, 0, parameters.length);
    }

    /** The rule that a configuration names, for weights. */
    static UpdateRule of(OptimizerConfig config) {
        return of(config, Kind.WEIGHT);
    }

    /**
     * What a configuration's rule is on tensors of a kind: the same on all, or, unless it {@linkplain
     * OptimizerConfig#decaysAll decays all}, without decay on biases and normalizations, and of LARS and LAMB without a rate
     * of their own; LAMB is Adam then. All kinds keep the same number of state vectors.
     */
    static UpdateRule of(OptimizerConfig config, Kind kind) {
        boolean apart = !config.decaysAll() && kind != Kind.WEIGHT;
        double decay = apart ? 0 : config.weightDecay();
        return switch (config.name()) {
            case SGD -> new Sgd(config.momentum(), decay);
            case NESTEROV -> new Nesterov(config.momentum(), decay);
            case ADAM -> new Adam(config.beta1(), config.beta2(), config.epsilon(), decay);
            case ADAMW -> new AdamW(config.beta1(), config.beta2(), config.epsilon(), decay);
            case LARS ->
                apart
                        ? new LayerwiseRule.PlainLars(config.momentum())
                        : new LayerwiseRule.Lars(config.momentum(), decay, config.trustCoefficient());
            case LAMB ->
                apart
                        ? new Adam(config.beta1(), config.beta2(), config.epsilon(), 0)
                        : new LayerwiseRule.Lamb(config.beta1(), config.beta2(), config.epsilon(), decay);
        };
    }

    /**
     * Stochastic gradient descent with heavy-ball momentum (Polyak 1964), the learning rate outside the momentum:
     *
     * <pre>
     * u ← m·u + g + λ·w
     * w ← w − η·u
     * </pre>
     *
     * This form needs no correction when η changes (Goyal et al. 2017, section 3, remark 2). Without momentum it keeps
     * no state.
     *
     * @param momentum m, in [0, 1)
     * @param weightDecay λ, at least 0
     */
    record Sgd(double momentum, double weightDecay) implements UpdateRule {
        @Override
        public int stateVectors() {
            return momentum == 0 ? 0 : 1;
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
            float rate = (float) learningRate;
            float decay = (float) weightDecay;
            if (momentum == 0) {
                for (int i = from; i < to; i++) {
                    parameters[i] -= rate * (meanGradient[i] + decay * parameters[i]);
                }
                return;
            }
            float m = (float) momentum;
            float[] u = state[0];
            for (int i = from; i < to; i++) {
                float next = (m * u[i] + (meanGradient[i] + decay * parameters[i]) + TINY) - TINY;
                u[i] = next;
                parameters[i] -= rate * next;
            }
        }
    }

    /**
     * Nesterov's accelerated gradient in the form of Sutskever et al. 2013 taken at the look-ahead point, as PyTorch
     * has it:
     *
     * <pre>
     * d = g + λ·w
     * u ← m·u + d
     * w ← w − η·(d + m·u)
     * </pre>
     *
     * Deeplearning4j's Nesterovs keeps v = −η·u instead, and so has the last update's rate in the momentum: the same
     * iterates at a constant rate; where it changes, those of this rule with u multiplied by the ratio of the last rate to
     * the new one.
     *
     * @param momentum m, in [0, 1)
     * @param weightDecay λ, at least 0
     */
    record Nesterov(double momentum, double weightDecay) implements UpdateRule {
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
            float rate = (float) learningRate;
            float decay = (float) weightDecay;
            float m = (float) momentum;
            float[] u = state[0];
            for (int i = from; i < to; i++) {
                float d = meanGradient[i] + decay * parameters[i];
                float next = (m * u[i] + d + TINY) - TINY;
                u[i] = next;
                parameters[i] -= rate * (d + m * next);
            }
        }
    }

    /**
     * Adam (Kingma and Ba 2015, algorithm 1) with the weight decay added to the gradient; t counts updates from 1:
     *
     * <pre>
     * d = g + λ·w
     * a ← β₁·a + (1 − β₁)·d
     * b ← β₂·b + (1 − β₂)·d²
     * w ← w − η · a/(1 − β₁ᵗ) / (√(b/(1 − β₂ᵗ)) + ε)
     * </pre>
     *
     * Deeplearning4j's Adam is this with ε/√(1 − β₂ᵗ) for ε.
     *
     * @param beta1 β₁, in [0, 1)
     * @param beta2 β₂, in [0, 1)
     * @param epsilon ε, above 0
     * @param weightDecay λ, at least 0
     */
    record Adam(double beta1, double beta2, double epsilon, double weightDecay) implements UpdateRule {
        @Override
        public int stateVectors() {
            return 2;
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
            adam(this, (float) weightDecay, 1, parameters, meanGradient, state, learningRate, update, from, to);
        }
    }

    /**
     * Adam with decoupled weight decay (Loshchilov and Hutter 2019), scaled by the learning rate as in PyTorch: first
     * w ← w − η·λ·w, then Adam's update without decay.
     *
     * @param beta1 β₁, in [0, 1)
     * @param beta2 β₂, in [0, 1)
     * @param epsilon ε, above 0
     * @param weightDecay λ, at least 0
     */
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay) implements UpdateRule {
        @Override
        public int stateVectors() {
            return 2;
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
            Adam moments = new Adam(beta1, beta2, epsilon, 0);
            float keep = (float) (1 - learningRate * weightDecay);
            adam(moments, 0, keep, parameters, meanGradient, state, learningRate, update, from, to);
        }
    }

    private static void adam(
            Adam rule,
            float decay,
            float keep,
            float[] parameters,
            float[] meanGradient,
            float[][] state,
            double learningRate,
            long update,
            int from,
            int to) {
        float beta1 = (float) rule.beta1();
        float beta2 = (float) rule.beta2();
        float new1 = (float) (1 - rule.beta1());
        float new2 = (float) (1 - rule.beta2());
        float rate = (float) (learningRate / (1 - Math.pow(rule.beta1(), update + 1)));
        float unbias = (float) (1 / Math.sqrt(1 - Math.pow(rule.beta2(), update + 1)));
        float epsilon = (float) rule.epsilon();
        float[] first = state[0];
        float[] second = state[1];
        for (int i = from; i < to; i++) {
            float d = meanGradient[i] + decay * parameters[i];
            float a = (beta1 * first[i] + new1 * d + TINY) - TINY;
            float b = (beta2 * second[i] + new2 * (d * d) + TINY_SQUARE) - TINY_SQUARE;
            first[i] = a;
            second[i] = b;
            parameters[i] = keep * parameters[i] - rate * a / ((float) Math.sqrt(b) * unbias + epsilon);
        }
    }
}
