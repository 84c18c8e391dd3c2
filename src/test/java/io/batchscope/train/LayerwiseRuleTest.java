package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.train.LayerwiseRule.Lamb;
import io.batchscope.train.LayerwiseRule.Lars;
import io.batchscope.train.LayerwiseRule.PlainLars;
import io.batchscope.train.ParameterTensor.Kind;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerwiseRuleTest {
    private static final Offset<Float> CLOSE = within(2e-6f);

    /** One tensor under a rule. */
    private static final class Training {
        private final UpdateRule rule;
        private final float[] w;
        private final float[][] state;
        private long update;

        Training(UpdateRule rule, float... w) {
            this.rule = rule;
            this.w = w.clone();
            state = new float[rule.stateVectors()][w.length];
        }

        float[] step(double rate, float... gradient) {
            rule.update(w, gradient, state, rate, update++);
            return w;
        }
    }

    private static float[] values(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] times(float factor, float[] values) {
        float[] multiplied = values.clone();
        for (int i = 0; i < values.length; i++) {
            multiplied[i] *= factor;
        }
        return multiplied;
    }

    /** a − b in double. */
    private static double[] minus(float[] a, float[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = (double) a[i] - b[i];
        }
        return difference;
    }

    private static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static double norm(float[] values) {
        return norm(minus(values, new float[values.length]));
    }

    @Test
    void followsLarsByHand() {
        // m = 0.5, λ = 0.2, κ = 0.1, g = (0.6, 0.8) always, ‖g‖ = 1, w₀ = (3, 4), η = 2, 2, 1:
        // ‖w‖ = 5: rate 2·0.5/(1 + 1) = 1/2, g + λw = (1.2, 1.6), v = (0.6, 0.8), w = (2.4, 3.2)
        // ‖w‖ = 4: rate 2·0.4/1.8 = 4/9, g + λw = (1.08, 1.44), v = (0.3 + 0.48, 0.4 + 0.64), w = (1.62, 2.16)
        // ‖w‖ = 2.7: rate 0.27/1.54, g + λw = (0.924, 1.232), v = (0.39 + 0.162, 0.52 + 0.216), w = (1.068, 1.424)
        Training t = new Training(new Lars(0.5, 0.2, 0.1), 3, 4);

        assertThat(t.step(2, 0.6f, 0.8f)).containsExactly(new float[] {2.4f, 3.2f}, CLOSE);
        assertThat(t.step(2, 0.6f, 0.8f)).containsExactly(new float[] {1.62f, 2.16f}, CLOSE);
        assertThat(t.step(1, 0.6f, 0.8f)).containsExactly(new float[] {1.068f, 1.424f}, CLOSE);
    }

    /**
     * β₁ = β₂ = 1/2, ε = 1/4, λ = 1/2, η = 0.1, 0.1, 0.05; corrected moments â, b̂ by hand, the rest by numpy in double:
     *
     * <pre>
     * t  g         â             b̂             r                      ‖w‖/‖r‖    w
     * 1  (1, −2)   (1, −2)       (1, 4)        (2.3, 1.1111111)       1.9574655  (2.5497829, 3.7825038)
     * 2  (0, 1)    (1/3, 0)      (1/3, 2)      (1.6777841, 1.8912519) 1.8043110  (2.2470585, 3.4412632)
     * 3  (1, 1)    (5/7, 4/7)    (5/7, 10/7)   (1.7757531, 2.1160213) 1.4878139  (2.1149590, 3.2838509)
     * </pre>
     */
    @Test
    void followsLambByHand() {
        Training t = new Training(new Lamb(0.5, 0.5, 0.25, 0.5), 3, 4);

        assertThat(t.step(0.1, 1, -2)).containsExactly(new float[] {2.549783f, 3.7825038f}, CLOSE);
        assertThat(t.step(0.1, 0, 1)).containsExactly(new float[] {2.2470584f, 3.4412632f}, CLOSE);
        assertThat(t.step(0.05, 1, 1)).containsExactly(new float[] {2.114959f, 3.283851f}, CLOSE);
    }

    @Test
    void larsAgreesWithAnIndependentComputationInDouble() {
        int n = 37;
        Training t = new Training(new Lars(0.9, 0.01, 0.02), values(n, 1));
        double[] w = minus(t.w, new float[n]);
        double[] v = new double[n];
        for (int k = 0; k < 50; k++) {
            double rate = 0.5 * (1 + k % 7);
            float[] g = values(n, 2 + k);
            double local = rate * 0.02 * norm(w) / (norm(g) + 0.01 * norm(w));
            for (int i = 0; i < n; i++) {
                v[i] = 0.9 * v[i] + local * (g[i] + 0.01 * w[i]);
                w[i] -= v[i];
            }
            t.step(rate, g);
        }

        for (int i = 0; i < n; i++) {
            assertThat((double) t.w[i]).isCloseTo(w[i], within(2e-5));
        }
        assertThat(norm(minus(t.w, values(n, 1)))).isGreaterThan(0.5);
    }

    @Test
    void lambAgreesWithAnIndependentComputationInDouble() {
        int n = 37;
        Training t = new Training(new Lamb(0.9, 0.99, 1e-6, 0.1), values(n, 1));
        double[] w = minus(t.w, new float[n]);
        double[] a = new double[n];
        double[] b = new double[n];
        for (int k = 0; k < 50; k++) {
            double rate = 0.01 * (1 + k % 7);
            float[] g = values(n, 2 + k);
            double[] r = new double[n];
            for (int i = 0; i < n; i++) {
                a[i] = 0.9 * a[i] + 0.1 * g[i];
                b[i] = 0.99 * b[i] + 0.01 * g[i] * g[i];
                double mean = a[i] / (1 - Math.pow(0.9, k + 1));
                double square = b[i] / (1 - Math.pow(0.99, k + 1));
                r[i] = mean / (Math.sqrt(square) + 1e-6) + 0.1 * w[i];
            }
            double local = rate * norm(w) / norm(r);
            for (int i = 0; i < n; i++) {
                w[i] -= local * r[i];
            }
            t.step(rate, g);
        }

        for (int i = 0; i < n; i++) {
            assertThat((double) t.w[i]).isCloseTo(w[i], within(2e-5));
        }
        assertThat(norm(minus(t.w, values(n, 1)))).isGreaterThan(0.5);
    }

    /** Without decay, and of LAMB with ε of no weight; a power of two only moves the exponents of floats. */
    @ParameterizedTest
    @ValueSource(floats = {1 / 1024f, 8})
    void theSizeOfALayersGradientDoesNotMatter(float factor) {
        for (UpdateRule rule : List.of(new Lars(0.9, 0, 0.001), new Lamb(0.9, 0.999, 1e-20, 0))) {
            Training one = new Training(rule, values(100, 1));
            Training other = new Training(rule, values(100, 1));
            for (int k = 0; k < 5; k++) {
                one.step(0.1, values(100, 2 + k));
                other.step(0.1, times(factor, values(100, 2 + k)));
            }

            assertThat(other.w).as(rule.toString()).isEqualTo(one.w).isNotEqualTo(values(100, 1));
        }
    }

    @Test
    void theFirstStepIsAsLongAsRateAndTrustSay() {
        float[] start = values(1000, 1);
        for (float size : new float[] {1e-4f, 1, 1e4f}) {
            float[] gradient = times(size, values(1000, 2));
            float[] lars = new Training(new Lars(0.9, 0, 0.01), start).step(0.5, gradient);
            float[] lamb = new Training(new Lamb(0.9, 0.999, 1e-6, 0.1), start).step(0.01, gradient);

            assertThat(norm(minus(lars, start))).isCloseTo(0.5 * 0.01 * norm(start), within(1e-5));
            assertThat(norm(minus(lamb, start))).isCloseTo(0.01 * norm(start), within(1e-5));
        }
    }

    /** A layer at 0 would stay there with a rate in proportion to its norm. */
    @Test
    void whereWeightsAreZeroTheRateIsTheRunsOwn() {
        float[] gradient = values(9, 2);

        assertThat(new Training(new Lars(0.9, 0.1, 0.001), new float[9]).step(0.5, gradient))
                .isEqualTo(new Training(new UpdateRule.Sgd(0, 0), new float[9]).step(0.5, gradient));
        assertThat(new Training(new Lamb(0.9, 0.999, 1e-8, 0.1), new float[9]).step(0.5, gradient))
                .containsExactly(
                        new Training(new UpdateRule.AdamW(0.9, 0.999, 1e-8, 0.1), new float[9]).step(0.5, gradient),
                        CLOSE);
    }

    @Test
    void whereTheGradientIsZeroOnlyDecayIsLeft() {
        float[] start = {3, -4};
        // η·λ·w, the rate being η
        assertThat(new Training(new Lars(0.9, 0.25, 0.001), start).step(0.5, 0, 0))
                .containsExactly(3 - 0.375f, -4 + 0.5f);
        // r = λ·w, so η·‖w‖/‖r‖·r = η·w
        assertThat(new Training(new Lamb(0.9, 0.999, 1e-8, 0.25), start).step(0.5, 0, 0))
                .containsExactly(new float[] {1.5f, -2}, CLOSE);
        for (UpdateRule rule : List.of(new Lars(0.9, 0, 0.001), new Lamb(0.9, 0.999, 1e-8, 0))) {
            assertThat(new Training(rule, start).step(0.5, 0, 0)).containsExactly(start);
        }
    }

    @Test
    void lambGoesWhereAdamWGoes() {
        float[] start = values(50, 1);
        Training lamb = new Training(new Lamb(0.9, 0.99, 1e-6, 0.1), start);
        Training adamW = new Training(new UpdateRule.AdamW(0.9, 0.99, 1e-6, 0.1), start);
        for (int k = 0; k < 5; k++) {
            System.arraycopy(lamb.w, 0, adamW.w, 0, start.length);
            float[] before = lamb.w.clone();
            float[] gradient = values(50, 2 + k);
            double[] ours = minus(lamb.step(0.01, gradient), before);
            double[] theirs = minus(adamW.step(0.01, gradient), before);
            double stretched = norm(ours) / norm(theirs);

            assertThat(Math.abs(stretched - 1)).isGreaterThan(0.01);
            for (int i = 0; i < ours.length; i++) {
                assertThat(ours[i]).isCloseTo(stretched * theirs[i], within(1e-6));
            }
            assertThat(lamb.state).isDeepEqualTo(adamW.state);
        }
    }

    @Test
    void whatIsNotFiniteShows() {
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            for (UpdateRule rule : List.of(new Lars(0.9, 0, 0.001), new Lamb(0.9, 0.999, 1e-8, 0))) {
                assertThat(new Training(rule, 1, 2).step(0.1, 1, wrong)[1])
                        .as("%s, %s", rule, wrong)
                        .isNaN();
            }
        }
    }

    @Test
    void momentumOfLarsHasTheRatesInIt() {
        // v = 0.5·1, w = 1 − 0.5; v = 0.25 + 0.125·1, w = 0.5 − 0.375
        Training plain = new Training(new PlainLars(0.5), 1);

        assertThat(plain.step(0.5, 1)).containsExactly(0.5f);
        assertThat(plain.step(0.125, 1)).containsExactly(0.125f);
    }

    @Test
    void squaredNormsAreExactForWholeNumbersOfAnyCount() {
        float[] values = new float[20];
        for (int i = 0; i < values.length; i++) {
            values[i] = i - 10;
        }
        for (int from = 0; from < values.length; from++) {
            int sum = 0;
            for (int to = from; to <= values.length; to++) {
                assertThat(LayerwiseRule.squaredNorm(values, from, to)).isEqualTo(sum);
                sum += to < values.length ? (to - 10) * (to - 10) : 0;
            }
        }
    }

    @Test
    void biasesAndNormalizationsHaveNoRateOfTheirOwnUnlessAllDecay() {
        OptimizerConfig lars = config(OptimizerConfig.Name.LARS, false);
        OptimizerConfig lamb = config(OptimizerConfig.Name.LAMB, false);
        for (Kind kind : List.of(Kind.BIAS, Kind.NORMALIZATION)) {
            assertThat(UpdateRule.of(lars, kind)).isEqualTo(new PlainLars(0.9));
            assertThat(UpdateRule.of(lamb, kind)).isEqualTo(new UpdateRule.Adam(0.8, 0.95, 1e-7, 0));
        }
        for (Kind kind : Kind.values()) {
            assertThat(UpdateRule.of(config(OptimizerConfig.Name.LARS, true), kind))
                    .isEqualTo(UpdateRule.of(lars))
                    .isEqualTo(new Lars(0.9, 0.25, 0.02));
            assertThat(UpdateRule.of(config(OptimizerConfig.Name.LAMB, true), kind))
                    .isEqualTo(UpdateRule.of(lamb))
                    .isEqualTo(new Lamb(0.8, 0.95, 1e-7, 0.25));
        }
    }

    private static OptimizerConfig config(OptimizerConfig.Name name, boolean decaysAll) {
        return new OptimizerConfig(name, 0.9, 0.25, 0.8, 0.95, 1e-7, 0.02, decaysAll, Double.POSITIVE_INFINITY);
    }
}
