package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.OptimizerConfig;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UpdateRuleTest {
    private static final Offset<Float> CLOSE = within(2e-6f);

    /** Parameters and state under one rule. */
    private static final class Training {
        private final UpdateRule rule;
        private final float[] w;
        private final float[][] state;
        private long update;

        Training(UpdateRule rule, float... w) {
            this.rule = rule;
            this.w = w;
            state = new float[rule.stateVectors()][w.length];
        }

        float[] step(double rate, float... gradient) {
            rule.update(w, gradient, state, rate, update++);
            return w;
        }
    }

    @Test
    void followsTheHeavyBallByHand() {
        // m = 0.9, λ = 0.1, η = 0.1, g = 0.5 always, w₀ = 1:
        // u₁ = 0.6, w₁ = 0.94; u₂ = 0.54 + 0.594 = 1.134, w₂ = 0.8266; u₃ = 1.0206 + 0.58266 = 1.60326, w₃ = 0.666274
        Training t = new Training(new UpdateRule.Sgd(0.9, 0.1), 1);

        assertThat(t.step(0.1, 0.5f)[0]).isCloseTo(0.94f, CLOSE);
        assertThat(t.step(0.1, 0.5f)[0]).isCloseTo(0.8266f, CLOSE);
        assertThat(t.step(0.1, 0.5f)[0]).isCloseTo(0.666274f, CLOSE);
    }

    @Test
    void followsNesterovByHand() {
        // m = 0.9, λ = 0.1, η = 0.1, g = 0.5 always, w₀ = 1:
        // d₁ = 0.6, u₁ = 0.6, w₁ = 1 − 0.1·(0.6 + 0.54) = 0.886
        // d₂ = 0.5886, u₂ = 1.1286, w₂ = 0.886 − 0.1·(0.5886 + 1.01574) = 0.725566
        // d₃ = 0.5725566, u₃ = 1.5882966, w₃ = 0.725566 − 0.1·(0.5725566 + 1.42946694) = 0.525363646
        Training t = new Training(new UpdateRule.Nesterov(0.9, 0.1), 1);

        assertThat(t.step(0.1, 0.5f)[0]).isCloseTo(0.886f, CLOSE);
        assertThat(t.step(0.1, 0.5f)[0]).isCloseTo(0.725566f, CLOSE);
        assertThat(t.step(0.1, 0.5f)[0]).isCloseTo(0.5253636f, CLOSE);
    }

    @Test
    void followsAdamByHand() {
        // β₁ = β₂ = 0.5, ε = 0.1, λ = 0, η = 0.1, g = 1, −1, 2, w₀ = 1:
        // t = 1: a = 0.5, b = 0.5; corrected 1 and 1; w = 1 − 0.1/1.1 = 0.9090909
        // t = 2: a = −0.25, b = 0.75; corrected −1/3 and 1; w = 0.9090909 + 0.1/3/1.1 = 0.9393939
        // t = 3: a = 0.875, b = 2.375; corrected 1 and 2.7142857; w = 0.9393939 − 0.1/(1.6475089 + 0.1) = 0.8821698
        Training t = new Training(new UpdateRule.Adam(0.5, 0.5, 0.1, 0), 1);

        assertThat(t.step(0.1, 1)[0]).isCloseTo(0.9090909f, CLOSE);
        assertThat(t.step(0.1, -1)[0]).isCloseTo(0.9393939f, CLOSE);
        assertThat(t.step(0.1, 2)[0]).isCloseTo(0.8821698f, CLOSE);
    }

    @Test
    void addsAdamsDecayToTheGradient() {
        // d = g + λ·w = 1 + 0.5·1; corrected moments are 1.5 and 2.25, so w = 1 − 0.1·1.5/(1.5 + 0.1) = 0.90625
        Training t = new Training(new UpdateRule.Adam(0.9, 0.999, 0.1, 0.5), 1);

        assertThat(t.step(0.1, 1)[0]).isCloseTo(0.90625f, CLOSE);
    }

    @Test
    void decouplesTheDecayOfAdamW() {
        // First 1 − 0.1·0.5·1 = 0.95, then Adam's step 0.1·1/(1 + 0.1): w = 0.8590909; the next, with corrected
        // moments 1 and 1 again: 0.8590909·0.95 − 0.0909091 = 0.7252273
        Training t = new Training(new UpdateRule.AdamW(0.9, 0.999, 0.1, 0.5), 1);

        assertThat(t.step(0.1, 1)[0]).isCloseTo(0.8590909f, CLOSE);
        assertThat(t.step(0.1, 1)[0]).isCloseTo(0.7252273f, CLOSE);
    }

    @ParameterizedTest
    @EnumSource(
            value = OptimizerConfig.Name.class,
            names = {"LARS", "LAMB"},
            mode = EnumSource.Mode.EXCLUDE)
    void agreesWithAnIndependentComputationInDouble(OptimizerConfig.Name name) {
        OptimizerConfig config = new OptimizerConfig(name, 0.9, 0.01, 0.9, 0.999, 1e-8);
        Training t = new Training(UpdateRule.of(config), 0.5f, -1.5f, 2f);
        double[] w = {0.5, -1.5, 2};
        double[][] s = new double[2][3];
        for (int k = 0; k < 50; k++) {
            double rate = 0.01 * (1 + k % 7);
            float[] gradient = new float[3];
            for (int i = 0; i < 3; i++) {
                gradient[i] = (float) Math.sin(3 * k + i);
                w[i] = reference(config, w[i], gradient[i], s, i, rate, k + 1);
            }
            t.step(rate, gradient);
        }

        for (int i = 0; i < 3; i++) {
            assertThat(t.w[i]).isCloseTo((float) w[i], within(2e-5f));
        }
    }

    private static double reference(OptimizerConfig c, double w, double g, double[][] s, int i, double rate, int t) {
        double d = c.name() == OptimizerConfig.Name.ADAMW ? g : g + c.weightDecay() * w;
        switch (c.name()) {
            case SGD -> {
                s[0][i] = c.momentum() * s[0][i] + d;
                return w - rate * s[0][i];
            }
            case NESTEROV -> {
                s[0][i] = c.momentum() * s[0][i] + d;
                return w - rate * (d + c.momentum() * s[0][i]);
            }
            default -> {
                s[0][i] = c.beta1() * s[0][i] + (1 - c.beta1()) * d;
                s[1][i] = c.beta2() * s[1][i] + (1 - c.beta2()) * d * d;
                double mean = s[0][i] / (1 - Math.pow(c.beta1(), t));
                double square = s[1][i] / (1 - Math.pow(c.beta2(), t));
                double decayed = c.name() == OptimizerConfig.Name.ADAMW ? w * (1 - rate * c.weightDecay()) : w;
                return decayed - rate * mean / (Math.sqrt(square) + c.epsilon());
            }
        }
    }

    /** Goyal et al. 2017, remark 1: scaling the loss is not scaling the rate, as the decay stays. */
    @Test
    void decaysTheSameWhateverTheLossIsMultipliedWith() {
        for (UpdateRule rule : new UpdateRule[] {
            new UpdateRule.Sgd(0, 0.5), new UpdateRule.Sgd(0.9, 0.5), new UpdateRule.Nesterov(0.9, 0.5)
        }) {
            UpdateRule without = rule instanceof UpdateRule.Sgd sgd
                    ? new UpdateRule.Sgd(sgd.momentum(), 0)
                    : new UpdateRule.Nesterov(0.9, 0);
            float decayed = new Training(rule, 1).step(0.25, 1)[0] - new Training(without, 1).step(0.25, 1)[0];
            float decayedScaled = new Training(rule, 1).step(0.25, 8)[0] - new Training(without, 1).step(0.25, 8)[0];

            assertThat(decayed).as(rule.toString()).isNegative().isEqualTo(decayedScaled);
        }
        UpdateRule adamW = new UpdateRule.AdamW(0.9, 0.999, 1e-8, 0.5);
        assertThat(new Training(adamW, 1).step(0.25, 8)[0]).isCloseTo(new Training(adamW, 1).step(0.25, 1)[0], CLOSE);
    }

    /** On h·w²/2 gradient descent multiplies w by 1 − η·h; the figures are those of the linear scaling rule's test. */
    @ParameterizedTest
    @CsvSource({"8, 0.01, 0.922745, 0.92", "32, 0.01, 0.724980, 0.68", "32, 0.1, 0.034337, -2.2"})
    void comparesManySmallStepsWithOneLargeOne(int k, double rate, double small, double large) {
        Training t = new Training(new UpdateRule.Sgd(0, 0), 1);
        for (int i = 0; i < k; i++) {
            t.step(rate, t.w[0]);
        }

        assertThat((double) t.w[0])
                .isCloseTo(Math.pow(1 - rate, k), within(2e-6))
                .isCloseTo(small, within(2e-6));
        assertThat((double) new Training(new UpdateRule.Sgd(0, 0), 1).step(k * rate, 1)[0])
                .isCloseTo(large, within(2e-6));
    }

    /** With a constant gradient the linear scaling rule is exact (powers of two: no rounding). */
    @Test
    void makesOneStepOfManyUnderAConstantGradient() {
        Training t = new Training(new UpdateRule.Sgd(0, 0), 1);
        for (int i = 0; i < 8; i++) {
            t.step(0.0625, 0.5f);
        }

        assertThat(t.w[0]).isEqualTo(new Training(new UpdateRule.Sgd(0, 0), 1).step(0.5, 0.5f)[0]);
    }

    /** On a quadratic the iterates obey w₊ = (1 + m − η·h)·w − m·w₋ (heavy ball). */
    @Test
    void obeysTheHeavyBallsRecursion() {
        double m = 0.8;
        double rate = 0.1;
        double h = 2;
        Training t = new Training(new UpdateRule.Sgd(m, 0), 1);
        double before = 1;
        double now = 1 - rate * h;
        t.step(rate, (float) h * t.w[0]);
        for (int k = 0; k < 30; k++) {
            t.step(rate, (float) h * t.w[0]);
            double after = (1 + m - rate * h) * now - m * before;
            before = now;
            now = after;
            assertThat((double) t.w[0]).isCloseTo(now, within(1e-5));
        }
    }

    /** On a quadratic with a constant rate: w₊ = (1 + m − η·h·(1 + m))·w − (m − η·h·m)·w₋ (Nesterov). */
    @Test
    void obeysNesterovsRecursion() {
        double m = 0.8;
        double rate = 0.1;
        double h = 2;
        Training t = new Training(new UpdateRule.Nesterov(m, 0), 1);
        double before = 1;
        double now = 1 - rate * h * (1 + m);
        t.step(rate, (float) h * t.w[0]);
        for (int k = 0; k < 30; k++) {
            t.step(rate, (float) h * t.w[0]);
            double after = (1 + m - rate * h * (1 + m)) * now - m * (1 - rate * h) * before;
            before = now;
            now = after;
            assertThat((double) t.w[0]).isCloseTo(now, within(1e-5));
        }
    }

    /** Goyal et al. 2017, remark 2: v ← m·(η₊/η)·v + η₊·g with the rate inside equals the form used here. */
    @Test
    void needsNoMomentumCorrectionUnderAChangingRate() {
        LongToDoubleFunction rateAt = k -> k < 10 ? 0.01 * (k + 1) : 0.05 / (k + 1);
        Training t = new Training(new UpdateRule.Sgd(0.9, 0), 1);
        double corrected = 1;
        double uncorrected = 1;
        double v = 0;
        double vWithout = 0;
        for (int k = 0; k < 40; k++) {
            double g = Math.cos(k);
            double rate = rateAt.applyAsDouble(k);
            double correction = k == 0 ? 1 : rate / rateAt.applyAsDouble(k - 1);
            v = 0.9 * correction * v + rate * g;
            corrected -= v;
            vWithout = 0.9 * vWithout + rate * g;
            uncorrected -= vWithout;
            t.step(rate, (float) g);
        }

        assertThat((double) t.w[0]).isCloseTo(corrected, within(1e-6));
        assertThat(Math.abs(uncorrected - corrected)).isGreaterThan(1e-2);
    }

    @Test
    void whatHasNoGradientAnyMoreNeverGetsToSubnormalNumbers() {
        for (UpdateRule rule : List.of(
                new UpdateRule.Sgd(0.9, 0),
                new UpdateRule.Nesterov(0.9, 0),
                new UpdateRule.Adam(0.9, 0.9, 1e-8, 0),
                new LayerwiseRule.Lars(0.9, 0, 0.1),
                new LayerwiseRule.PlainLars(0.9),
                new LayerwiseRule.Lamb(0.9, 0.9, 1e-8, 0))) {
            Training t = new Training(rule, 1);
            t.step(0.1, 1);
            for (int k = 0; k < 2000; k++) {
                t.step(0.1, 0);
                // Also times a small learning rate it is not subnormal.
                assertThat(t.state[0][0] == 0 || t.state[0][0] * 1e-9f >= Float.MIN_NORMAL)
                        .as("%s after %d updates: %s", rule, k, t.state[0][0])
                        .isTrue();
                float last = t.state[t.state.length - 1][0];
                assertThat(last == 0 || last >= Float.MIN_NORMAL)
                        .as("%s after %d updates: %s", rule, k, last)
                        .isTrue();
            }
            assertThat(t.state[0][0]).isLessThan(1e-26f);
        }
    }

    @Test
    void keepsAsManyStateVectorsAsItNeeds() {
        assertThat(new UpdateRule.Sgd(0, 0.1).stateVectors()).isZero();
        assertThat(new UpdateRule.Sgd(0.9, 0).stateVectors()).isEqualTo(1);
        assertThat(new UpdateRule.Nesterov(0.9, 0).stateVectors()).isEqualTo(1);
        assertThat(new UpdateRule.Adam(0.9, 0.999, 1e-8, 0).stateVectors()).isEqualTo(2);
        assertThat(new UpdateRule.AdamW(0.9, 0.999, 1e-8, 0).stateVectors()).isEqualTo(2);
        assertThat(new LayerwiseRule.Lars(0, 0, 0.001).stateVectors()).isEqualTo(1);
        assertThat(new LayerwiseRule.Lamb(0.9, 0.999, 1e-8, 0).stateVectors()).isEqualTo(2);
        for (OptimizerConfig.Name name : OptimizerConfig.Name.values()) {
            OptimizerConfig config = new OptimizerConfig(name, 0.9, 0.1, 0.9, 0.999, 1e-8, 0.001, false, 1);
            for (ParameterTensor.Kind kind : ParameterTensor.Kind.values()) {
                assertThat(UpdateRule.of(config, kind).stateVectors())
                        .as("%s, %s", name, kind)
                        .isEqualTo(UpdateRule.of(config).stateVectors());
            }
        }
    }
}
